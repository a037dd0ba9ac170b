"""On how many tasks is a method better? Partial conjunction of one-sided p-values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import unknown


@dataclass(frozen=True)
class PartialConjunction:
    """`Better on at least u of n`: p for every u, and the largest u that holds at alpha.

    Args:
        method: `bonferroni` (any dependence, the default) or `fisher` (independent tasks).
        p: p for u = 1 .. n, made non-decreasing.
        at_least: the largest u with p <= alpha; 0 if none.
    """

    n: int
    method: str
    alpha: float
    p: tuple[float, ...]
    at_least: int

    def __str__(self) -> str:
        return f"better on at least {self.at_least} of {self.n} tasks ({self.method}, alpha = {self.alpha:g})"


def partial_conjunction(p_greater: Sequence[float | None], *, method: str = "bonferroni", alpha: float = 0.05) -> PartialConjunction:
    """From one-sided p-values per task (`Comparison.p_greater`); a task without one counts as p = 1.

    With p sorted, `at least u of n` has min(1, (n - u + 1) p_(u)) (`bonferroni`), or Fisher's combination of p_(u) .. p_(n) where tasks
    are independent (`fisher`; Benjamini and Heller 2008, Dror et al. 2017). Each u includes all smaller ones, so p never falls with u.
    """
    if method not in ("bonferroni", "fisher"):
        raise unknown("combination", method, ("bonferroni", "fisher"))
    p = np.sort([1.0 if value is None else value for value in p_greater])
    combined = [_combined(p, u, method) for u in range(1, p.size + 1)]
    rising = tuple(float(q) for q in np.maximum.accumulate(combined)) if combined else ()
    return PartialConjunction(p.size, method, alpha, rising, sum(q <= alpha for q in rising))


def _combined(p: NDArray[float64], u: int, method: str) -> float:
    from scipy.stats import combine_pvalues

    if method == "bonferroni":
        return min(1.0, (p.size - u + 1) * float(p[u - 1]))
    return float(combine_pvalues(np.maximum(p[u - 1 :], np.finfo(float).tiny), method="fisher").pvalue)
