"""The L_q loss between cross-entropy (q -> 0) and absolute error (q = 1) (Zhang and Sabuncu 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmark import Objective, Step, Term, UserError


@dataclass(frozen=True)
class GeneralizedCrossEntropy(Objective):
    """Mean of (1 - p_y^q) / q, p_y the probability of the given label. Bounded by 1 / q, so that one false label cannot dominate.

    Args:
        q: in (0, 1].
    """

    q: float = 0.7

    def __post_init__(self) -> None:
        if not 0 < self.q <= 1:
            raise UserError(f"q = {self.q}.", "It is larger than 0 and at most 1.", "0.7 is the value of the paper.")

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `gce`."""
        assert step.labels is not None
        value = generalized_cross_entropy(step.logits(step.encode()).float(), step.labels, self.q)
        return {"gce": Term(value, count=len(step.labels))}


def generalized_cross_entropy(logits: Tensor, labels: Tensor, q: float) -> Tensor:
    """Mean of (1 - p_y^q) / q over logits [B, K] and labels int64 [B]. From log p_y, so that the gradient stays finite at p_y = 0."""
    log_p = torch.log_softmax(logits, dim=1)
    return (-torch.expm1(q * log_p.gather(1, labels[:, None])) / q).mean()
