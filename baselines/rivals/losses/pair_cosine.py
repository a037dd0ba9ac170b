"""The pair loss of SetFit (Tunstall et al. 2022): squared error between cosine similarity and the pair's target."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from benchmark import Objective, Step, Term


@dataclass(frozen=True)
class PairCosine(Objective):
    """Mean squared error between the cosine of two pooled vectors and the target (1: same class, 0: different classes)."""

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `pair_cosine`, the mean over the pairs of the batch."""
        assert step.targets is not None
        value = pair_cosine(step.encode("left"), step.encode("right"), step.targets)
        return {"pair_cosine": Term(value, count=len(step.targets))}

    def cost(self) -> tuple[float, float]:
        """Two texts per pair."""
        return (2.0, 2.0)


def pair_cosine(left: Tensor, right: Tensor, targets: Tensor) -> Tensor:
    """Mean over pairs of (cos(left, right) - target)^2, from vectors [B, H] and targets [B]."""
    return (F.cosine_similarity(left, right, dim=1) - targets.to(left.dtype)).square().mean()
