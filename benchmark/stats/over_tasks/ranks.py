"""Ranks of arms over tasks: what a critical-difference diagram shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError


@dataclass(frozen=True)
class Ranks:
    """What a critical-difference picture needs. Rank 1 is best, ties share the mean rank.

    Args:
        mean_rank: arm -> mean rank over tasks, best first.
        friedman_p: p of Friedman's test; None for fewer than three arms or two tasks, or where all ranks are tied.
        critical_difference: Nemenyi's, at alpha.
        groups: maximal runs of arms whose mean ranks differ by less than the critical difference.
    """

    n_tasks: int
    mean_rank: Mapping[str, float]
    friedman_statistic: float | None
    friedman_p: float | None
    critical_difference: float
    groups: tuple[tuple[str, ...], ...]
    alpha: float


def ranks(scores: Mapping[str, Sequence[float]], *, alpha: float = 0.05) -> Ranks:
    """Ranks of arms over tasks: `scores` is arm -> one score per task, the same tasks in the same order.

    A picture, not a test: ranks of an arm change with the company it keeps. The critical difference is Nemenyi's,
    q(alpha, k, inf) / sqrt(2) * sqrt(k (k + 1) / (6 n)) (Demsar 2006).

    Raises:
        UserError: arms with different numbers of tasks, or none.
    """
    from scipy.stats import rankdata, studentized_range

    table = [list(row) for row in scores.values()]
    if not table or len({len(row) for row in table}) != 1 or not table[0]:
        raise UserError(
            "The arms have different numbers of tasks, or none.", "One score per task for each arm.", "Leave incomplete tasks out."
        )
    x = np.array(table, dtype=float)
    k, n = x.shape
    mean = rankdata(-x, axis=0).mean(axis=1)
    best_first = sorted(zip(scores, mean, strict=True), key=lambda item: item[1])
    critical = 0.0
    if k > 1:
        critical = float(studentized_range.ppf(1 - alpha, k, math.inf)) / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * n))
    statistic, p = _friedman(x)
    mean_rank = {arm: float(rank) for arm, rank in best_first}
    return Ranks(n, mean_rank, statistic, p, critical, _groups(mean_rank, critical), alpha)


def _friedman(x: NDArray[float64]) -> tuple[float | None, float | None]:
    from scipy.stats import friedmanchisquare

    if x.shape[0] < 3 or x.shape[1] < 2 or (np.ptp(x, axis=0) == 0).all():
        return None, None
    found = friedmanchisquare(*x)
    return float(found.statistic), float(found.pvalue)


def _groups(mean_rank: Mapping[str, float], critical: float) -> tuple[tuple[str, ...], ...]:
    names, values = list(mean_rank), list(mean_rank.values())
    runs: list[tuple[int, int]] = []
    for start, value in enumerate(values):
        end = max(i for i, other in enumerate(values) if other - value <= critical)
        if end > start and (not runs or end > runs[-1][1]):
            runs.append((start, end))
    return tuple(tuple(names[start : end + 1]) for start, end in runs)
