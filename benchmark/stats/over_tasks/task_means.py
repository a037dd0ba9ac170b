"""Means over tasks: a t-test over one mean difference per task, and the interquartile mean of all scores as a description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.stats.exact_tests import wilcoxon
from benchmark.stats.intervals import Interval, nominal_level
from benchmark.stats.paired import ComparisonSettings, compare

WILCOXON_TASKS = 10  # with fewer tasks the rank test has next to no power


@dataclass(frozen=True)
class TaskMeans:
    """Paired t-test over one mean difference per task: `better on a new task like these`. None where fewer than three tasks."""

    n: int
    difference: float | None
    interval: Interval | None
    p: float | None
    p_wilcoxon: float | None


def task_means(differences: ArrayLike, *, level: float = 0.95) -> TaskMeans:
    """t-test over tasks of the mean differences [tasks]; Wilcoxon beside it from ten tasks."""
    d = np.asarray(differences, dtype=float)
    if not d.size:
        return TaskMeans(0, None, None, None, None)
    found = compare(d, np.zeros_like(d), unit="task", settings=ComparisonSettings(level=level))
    return TaskMeans(d.size, found.difference, found.interval, found.p, wilcoxon(d) if d.size >= WILCOXON_TASKS else None)


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
