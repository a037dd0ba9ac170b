"""The consistency term of R-Drop (Liang et al. 2021): predictions under two dropout masks should agree."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import Objective, Step, Term, UserError


@dataclass(frozen=True)
class DropoutConsistency(Objective):
    """(CE_1 + CE_2) / 2 + alpha times the symmetric KL divergence between two passes with independent dropout masks.

    Args:
        alpha: weight of the divergence, at least 0.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not self.alpha >= 0:
            raise UserError(f"alpha = {self.alpha}.", "It is zero or larger.", "1 is the default of the authors' code.")

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce` (mean over both passes) and `consistency`, means over the B examples."""
        assert step.labels is not None
        first, second = (step.logits(pooled).float() for pooled in (step.encode(), step.encode(fresh=True)))
        ce = (F.cross_entropy(first, step.labels) + F.cross_entropy(second, step.labels)) / 2
        n = len(step.labels)
        return {"ce": Term(ce, count=n), "consistency": Term(symmetric_divergence(first, second), self.alpha, n)}

    def cost(self) -> tuple[float, float]:
        """Two forward and two backward passes."""
        return (2.0, 2.0)


def symmetric_divergence(first: Tensor, second: Tensor) -> Tensor:
    """(KL(P_1 || P_2) + KL(P_2 || P_1)) / 2 in nats, the mean over the rows of two score matrices [B, K].

    Gradients flow into both arguments. From (P_1 - P_2)(log P_1 - log P_2), which equals the sum of both divergences.
    """
    logs = [torch.log_softmax(scores, dim=1) for scores in (first, second)]
    return ((logs[0].exp() - logs[1].exp()) * (logs[0] - logs[1])).sum(1).mean() / 2
