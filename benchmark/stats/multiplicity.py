"""Multiplicity: Holm's correction over declared families of comparisons, and the cells at floor that stay outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.errors import UserError
from benchmark.stats.pairing import chance_error


@dataclass(frozen=True)
class Family:
    """Corrected p-values of one family.

    Args:
        method: `Holm` (family-wise error).
        size: number of comparisons that the family declares, tests without a p included.
        adjusted: name -> corrected p; None where the comparison has no p.
        rejected: names with adjusted p <= alpha, in the given order.
    """

    method: str
    size: int
    alpha: float
    adjusted: Mapping[str, float | None]
    rejected: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} over {self.size} comparison{'s' * (self.size != 1)}, alpha = {self.alpha:g}"


@dataclass(frozen=True)
class Floor:
    """Whether a cell is at floor: no arm's mean lies above `threshold` = majority rate + 2 standard errors of the test set."""

    at_floor: bool
    threshold: float
    best: float | None
    best_arm: str


def holm(p: Mapping[str, float | None], *, alpha: float = 0.05, size: int | None = None) -> Family:
    """Holm's step-down. `size` is the declared size, at least the number of names; a comparison without a p keeps its place as p = 1.

    Raises:
        UserError: a size below the number of names.
    """
    size = len(p) if size is None else size
    if size < len(p):
        raise UserError(
            f"A family of {size} was declared, and {len(p)} comparisons were given.", f"At least {len(p)}.", "Declare all of them."
        )
    values = np.array([1.0 if value is None else value for value in p.values()] + [1.0] * (size - len(p)))
    adjusted = {name: None if value is None else float(q) for (name, value), q in zip(p.items(), _holm(values), strict=False)}
    return Family("Holm", size, alpha, adjusted, tuple(name for name, q in adjusted.items() if q is not None and q <= alpha))


def at_floor(cell_scores_by_arm: Mapping[str, ArrayLike], majority_rate: float, n_test: int, *, errors: float = 2.0) -> Floor:
    """Whether no arm's mean score is above the majority rate by `errors` standard errors of the test set (`pairing.chance_error`).

    Scores and rate are shares in [0, 1]. Fixed before results are seen; cells at floor are shown but stay outside the family.
    """
    threshold = majority_rate + errors * chance_error(majority_rate, n_test)
    means = {arm: float(np.asarray(scores, dtype=float).mean()) for arm, scores in cell_scores_by_arm.items() if np.size(scores)}
    if not means:
        return Floor(True, threshold, None, "")
    best = max(means, key=lambda arm: means[arm])
    return Floor(means[best] <= threshold, threshold, means[best], best)


def family_of(floors: Mapping[str, Floor]) -> Sequence[str]:
    """Names of the cells that are not at floor: the members of the family."""
    return [name for name, floor in floors.items() if not floor.at_floor]


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * (p.size - np.arange(p.size))), 1.0)
    return adjusted
