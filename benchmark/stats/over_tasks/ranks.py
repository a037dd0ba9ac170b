"""Descriptions over tasks, no tests: the ranks that a critical-difference diagram shows, and the inter-quartile mean of all scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval, nominal_level


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


def interquartile_mean(
    scores_by_task: Mapping[str, ArrayLike], *, level: float = 0.95, resamples: int = 5000, seed: int = 0
) -> Interval | None:
    """Mean of the middle half of all scores, with a bootstrap that resamples runs inside each task: these tasks, new seeds.

    A description, not a test: means of few runs are no ground for a decision. None where no task has two runs.
    """
    tasks = [np.asarray(scores, dtype=float) for scores in scores_by_task.values() if np.size(scores)]
    n, freedom = sum(x.size for x in tasks), sum(x.size - 1 for x in tasks)
    if not freedom:
        return None
    rng = np.random.default_rng(seed)
    drawn = np.concatenate([x[rng.integers(x.size, size=(resamples, x.size))] for x in tasks], axis=1)
    nominal = nominal_level(level, freedom, freedom / n)
    low, high = np.quantile(_middle(drawn), [(1 - nominal) / 2, (1 + nominal) / 2])
    value = float(_middle(np.concatenate(tasks)[None])[0])
    method = f"bootstrap inside each of {len(tasks)} tasks, expanded percentile, {resamples} resamples"
    return Interval(value, float(low), float(high), level, "run inside its task", n, method)


def _middle(x: NDArray[float64]) -> NDArray[float64]:
    """Mean of each row without its lowest and highest quarter (rounded down)."""
    cut = x.shape[1] // 4
    return np.asarray(np.sort(x, axis=1)[:, cut : x.shape[1] - cut].mean(axis=1))
