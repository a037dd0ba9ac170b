"""Declared families of comparisons: Holm, Benjamini-Hochberg, and cells at floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Family:
    """Corrected p-values of one family.

    Args:
        method: `Holm` (family-wise error) or `Benjamini-Hochberg` (false discovery rate, exploratory).
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
        return f"{self.method} over {self.size} comparisons, alpha = {self.alpha:g}"


@dataclass(frozen=True)
class Floor:
    """Whether a cell is at floor: no arm's mean lies above `threshold` = majority rate + 2 standard errors of the test set."""

    at_floor: bool
    threshold: float
    best: float | None
    best_arm: str


def holm(p: Mapping[str, float | None], *, alpha: float = 0.05, size: int | None = None) -> Family:
    """Holm's step-down. `size` is the declared size, at least the number of names; a comparison without a p keeps its place as p = 1."""
    raise NotImplementedError


def benjamini_hochberg(p: Mapping[str, float | None], *, alpha: float = 0.05, size: int | None = None) -> Family:
    """Benjamini and Hochberg's step-up, for exploratory tables."""
    raise NotImplementedError


def at_floor(cell_scores_by_arm: Mapping[str, ArrayLike], majority_rate: float, n_test: int, *, errors: float = 2.0) -> Floor:
    """Whether no arm's mean score is above the majority rate by `errors` binomial standard errors sqrt(q (1 - q) / n_test).

    Scores and rate are shares in [0, 1]. Fixed before results are seen; cells at floor are shown but stay outside the family.
    """
    raise NotImplementedError


def family_of(floors: Mapping[str, Floor]) -> Sequence[str]:
    """Names of the cells that are not at floor: the members of the family."""
    return [name for name, floor in floors.items() if not floor.at_floor]
