"""Supervised pair similarity: the cosine of two texts is pulled to 1 (same class) or 0 (another)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor
from torch.nn import functional as F

from benchmark import Objective, Term

if TYPE_CHECKING:
    from benchmark import Step


@dataclass(frozen=True)
class PairSimilarity(Objective):
    """Mean squared error between cosine(left, right) and the pair's target, over the pooled vectors. For the feed `Pairs`.

    Phase 2 of Lopez-Avila and Suarez-Paniagua 2023. The text mentions an extra layer; the released code has none, nor has this.
    """

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `pair_similarity`, averaged over the pairs."""
        assert step.targets is not None
        value = pair_similarity(step.encode("left"), step.encode("right"), step.targets)
        return {"pair_similarity": Term(value, count=len(step.targets))}

    def cost(self) -> tuple[float, float]:
        """Two texts a pair."""
        return (2.0, 2.0)


def pair_similarity(left: Tensor, right: Tensor, targets: Tensor) -> Tensor:
    """left, right [B, H], targets [B] -> scalar: mean over pairs of (cosine - target) squared."""
    return F.mse_loss(F.cosine_similarity(left, right, dim=-1), targets.to(left.dtype))
