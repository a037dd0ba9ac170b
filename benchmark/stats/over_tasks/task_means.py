"""Is a method better on a new task? A t-test over one mean difference per task."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.stats.exact_tests import wilcoxon
from benchmark.stats.intervals import Interval
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
