"""The supervised contrastive loss (Gunel et al. 2021, the second term of the total loss; Khosla et al. 2020, L_out)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import Objective, Step, Term, UserError

Reduction = Literal["mean", "sum"]


@dataclass(frozen=True)
class SupCon(Objective):
    """Examples of a class attract each other within the batch, all others repel.

    Acts on the pooled representation before the head's dropout; there is no projection. A text pair is one sequence, as in
    fine-tuning, and so one representation.

    Args:
        temperature: tau > 0.
        reduction: `mean` over the anchors that have a positive; `sum` over them is what the paper prints, and lets the weight
            of the term grow with the batch while the cross-entropy stays a mean.
    """

    temperature: float = 0.3
    reduction: Reduction = "mean"

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise UserError(f"temperature = {self.temperature}.", "It is larger than 0.", "0.3 is the value of the paper.")
        if self.reduction not in ("mean", "sum"):
            raise UserError(f"reduction = {self.reduction!r}.", "It is 'mean' or 'sum'.", "'sum' is what the paper prints.")

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `supcon`; anchors without a positive are its `skipped`."""
        assert step.labels is not None
        value = supcon(step.encode().float(), step.labels, self.temperature, self.reduction)
        anchors = int(positives(step.labels).any(1).sum())
        return {"supcon": Term(value, count=anchors, skipped=len(step.labels) - anchors)}


def supcon(z: Tensor, labels: Tensor, temperature: float, reduction: Reduction = "mean") -> Tensor:
    """Loss of representations z [B, H] (normalised here) with labels int64 [B]:

        l_i = -1/|P(i)| sum_{j in P(i)} log( exp(z_i.z_j / tau) / sum_{k != i} exp(z_i.z_k / tau) )

    P(i): the other examples with the label of i; they stay in the denominator. Anchors with an empty P(i) are left out. When
    none is left, the loss is a zero that keeps its graph.
    """
    same = positives(labels)
    anchors = same.any(1)
    if not bool(anchors.any()):
        return z.sum() * 0.0
    unit = F.normalize(z, dim=1)
    itself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    similarity = (unit @ unit.T / temperature).masked_fill(itself, -torch.inf)
    # The diagonal is -inf here; -inf times a zero weight would be NaN, so it is blanked before the sum.
    log_share = torch.log_softmax(similarity, dim=1).masked_fill(~same, 0.0)
    losses = -log_share[anchors].sum(1) / same[anchors].sum(1)
    return losses.mean() if reduction == "mean" else losses.sum()


def positives(labels: Tensor) -> Tensor:
    """bool [B, B]: whether column j is another example with the label of row i."""
    return (labels[:, None] == labels[None, :]).fill_diagonal_(False)
