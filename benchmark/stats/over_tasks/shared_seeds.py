"""Do runs of one seed go up and down together in all tasks? A check of what the error of the mean over fixed tasks assumes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.over_tasks.fixed_tasks import TaskValues


@dataclass(frozen=True)
class SharedSeeds:
    """The error of a mean over tasks where all tasks of one seed are a single unit, over the one that takes them as independent.

    Args:
        ratio: of the two standard errors; 1 where tasks do not move together.
        low, high: where 95 % of the ratios lie if they do not (normal values).
        seeds: units that every task has.
    """

    ratio: float
    low: float
    high: float
    seeds: int


def shared_seeds(tasks: Sequence[TaskValues]) -> SharedSeeds | None:
    """The ratio over the units that all tasks have; None for fewer than two tasks, for fewer than three such units, or without any spread.

    A seed draws its numbers alike in every task, heads of equal shape among them, so that gains of one seed may correlate between tasks
    that share no sentence. The mean over tasks of each unit has a variance that holds every such covariance; the sum of the variances
    within tasks holds none.
    """
    from scipy.special import chdtri

    labels = [label for label in tasks[0].labels if all(label in task.labels for task in tasks[1:])] if tasks else []
    if len(tasks) < 2 or len(labels) < 3:
        return None
    values = np.array([[task.values[task.labels.index(label)] for label in labels] for task in tasks])  # [tasks, units]
    apart = float(values.var(axis=1, ddof=1).sum()) / len(tasks) ** 2
    if apart <= 0:
        return None
    freedom = len(labels) - 1
    low, high = (math.sqrt(float(chdtri(freedom, tail)) / freedom) for tail in (0.975, 0.025))
    return SharedSeeds(math.sqrt(float(values.mean(axis=0).var(ddof=1)) / apart), low, high, len(labels))
