"""What selection does to a mean: best of k, and top k of m by validation."""

from __future__ import annotations

from dataclasses import dataclass

from numpy import float64
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class BestOfK:
    """Expected best score of k runs, k = 1 .. n (unbiased)."""

    n: int
    expected: tuple[float, ...]


def best_of_k(scores: ArrayLike) -> BestOfK:
    """Expected maximum of k runs drawn without replacement from the n scores: sum_i x_(i) C(i - 1, k - 1) / C(n, k)."""
    raise NotImplementedError


def best_of_k_by_dev(test: ArrayLike, dev: ArrayLike) -> BestOfK:
    """Expected test score of the run with the best development score among k; ties share."""
    raise NotImplementedError


def selected_means(test: ArrayLike, dev: ArrayLike, *, top: int, of: int, resamples: int = 10_000, seed: int = 0) -> NDArray[float64]:
    """Means [resamples] of the test scores of the `top` runs by development score among `of` runs drawn with replacement."""
    raise NotImplementedError


def selected_gains(
    method: tuple[ArrayLike, ArrayLike], baseline: tuple[ArrayLike, ArrayLike], *, top: int, of: int, resamples: int = 10_000, seed: int = 0
) -> NDArray[float64]:
    """Gains [resamples] when each arm keeps its own `top` of the same `of` drawn pairs. Each arm is (test [n], dev [n]), paired."""
    raise NotImplementedError
