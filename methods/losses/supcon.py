"""The supervised contrastive loss (Gunel et al. 2021, the second term of the total loss; Khosla et al. 2020, L_out), and its controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import EncoderVariant, Objective, Step, Term, UserError

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
        views, labels = self.views(step), self.classes(step)
        value = supcon(views.float(), labels, self.temperature, self.reduction)
        anchors = int(positives(labels).any(1).sum())
        return {"supcon": Term(value, count=anchors, skipped=len(labels) - anchors)}

    def views(self, step: Step) -> Tensor:
        """The representations that are compared, [B, H]."""
        return step.encode()

    def classes(self, step: Step) -> Tensor:
        """Their classes, int64 [B]."""
        assert step.labels is not None
        return step.labels


@dataclass(frozen=True)
class PermutedSupCon(SupCon):
    """`SupCon` towards wrong classes: one fixed permutation of the training labels, drawn once for the phase (stream `augment`).

    Every class keeps its size.
    """

    def classes(self, step: Step) -> Tensor:
        """The permuted labels of the batch's examples."""
        permuted: Tensor = step.memory("permuted labels", lambda: _permuted(step))
        return permuted[step.rows]


def _permuted(step: Step) -> Tensor:
    order = step.numpy_generator("permuted labels").permutation(step.n_rows)
    return step.train_labels[torch.from_numpy(order).to(step.device)]


@dataclass(frozen=True)
class DetachedSupCon(SupCon):
    """`SupCon` without a gradient: its value is computed and recorded, and teaches nothing."""

    def views(self, step: Step) -> Tensor:
        """The representations, cut off from the encoder."""
        return step.encode().detach()


@dataclass(frozen=True)
class MultiViewSupCon(SupCon):
    """`SupCon` over several views of each example under other dropout masks; views of one example have its class, so that every anchor has
    a positive (Khosla et al. 2020, L_out; HobbitLong/SupContrast, losses.py, without its factor tau / 0.07).

    Args:
        rates: dropout rates of the views beside the plain one; None is the encoder's own rate.
    """

    rates: tuple[float | None, ...] = (None,)

    def views(self, step: Step) -> Tensor:
        """View after view, [(1 + V) B, H]; the plain pass is shared with the cross-entropy."""
        others = [step.encode(fresh=True, variant=None if rate is None else EncoderVariant(dropout=rate)) for rate in self.rates]
        return torch.cat([step.encode(), *others])

    def classes(self, step: Step) -> Tensor:
        """The labels, once for each view."""
        return super().classes(step).repeat(1 + len(self.rates))

    def cost(self) -> tuple[float, float]:
        """One pass for each view."""
        return (1.0 + len(self.rates), 1.0 + len(self.rates))


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
