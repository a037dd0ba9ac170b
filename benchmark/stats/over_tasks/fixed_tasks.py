"""The mean over these tasks: tasks are fixed, and the error comes from the splits within each task."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Estimate


@dataclass(frozen=True)
class TaskValues:
    """One value per independent unit (split) of one task, such as paired gains.

    Args:
        cluster: tasks that share sentences have one cluster.
        values: [n], in the order of `labels`.
        labels: the split and seeds of each unit; the same label in two tasks of a cluster is the same seed.
        variance_factor: variance of the mean over s^2; 1 / n where None (`pairing.nadeau_bengio` for overlapping training sets).
    """

    task: str
    cluster: str
    values: NDArray[float64]
    labels: tuple[Hashable, ...]
    variance_factor: float | None = None

    @property
    def n(self) -> int:
        """Number of units."""
        return int(self.values.size)

    @cached_property
    def estimate(self) -> Estimate:
        """The task's own mean, with the error of its splits."""
        factor = 1 / self.n if self.variance_factor is None else self.variance_factor
        error = float(self.values.std(ddof=1)) * math.sqrt(factor)
        return Estimate(float(self.values.mean()), error, self.n - 1, "split", self.n, "t")


@dataclass(frozen=True)
class ClusterMean:
    """The mean of one cluster of tasks.

    Args:
        variance: of `mean`, over splits.
        freedom: degrees of freedom of `variance`.
    """

    cluster: str
    tasks: int
    mean: float
    variance: float
    freedom: float


def cluster_means(tasks: Sequence[TaskValues]) -> tuple[ClusterMean, ...]:
    """The mean of each cluster, tasks weighing alike.

    Tasks of one cluster share sentences and seeds, so their means may correlate: the covariance over the labels that two tasks have in
    common is added to the variance where it is positive, and left out where it is negative, which is on the safe side.

    Raises:
        UserError: no task, a task with fewer than two units, or a task that is given twice.
    """
    names = [task.task for task in tasks]
    few = [task.task for task in tasks if task.n < 2]
    if not tasks or few or len(set(names)) != len(names):
        raise UserError(
            f"Values of {len(tasks)} tasks were given; fewer than two units: {', '.join(few) or 'none'}.",
            "Different tasks, each with two units or more.",
            "Leave incomplete tasks out, and say so.",
        )
    by_cluster: dict[str, list[TaskValues]] = {}
    for task in tasks:
        by_cluster.setdefault(task.cluster, []).append(task)
    return tuple(_cluster_mean(name, members) for name, members in by_cluster.items())


def fixed_tasks(tasks: Sequence[TaskValues]) -> Estimate:
    """Mean over tasks of the mean within each task, stratified by task: every task weighs alike, whatever its number of splits.

    The variance is the sum over clusters of the variance of their share; degrees of freedom by Satterthwaite.

    Raises:
        UserError: as `cluster_means`.
    """
    clusters = cluster_means(tasks)
    weights = [cluster.tasks / len(tasks) for cluster in clusters]
    value = sum(weight * cluster.mean for weight, cluster in zip(weights, clusters, strict=True))
    parts = [weight**2 * cluster.variance for weight, cluster in zip(weights, clusters, strict=True)]
    below = sum(part**2 / cluster.freedom for part, cluster in zip(parts, clusters, strict=True))
    freedom = sum(parts) ** 2 / below if below > 0 else float(sum(cluster.freedom for cluster in clusters))
    method = f"mean of {len(tasks)} fixed tasks, stratified t"
    return Estimate(float(value), math.sqrt(sum(parts)), float(freedom), "split within task", sum(task.n for task in tasks), method)


def _cluster_mean(name: str, members: Sequence[TaskValues]) -> ClusterMean:
    estimates = [task.estimate for task in members]
    variance = sum(found.error**2 for found in estimates)
    for i, one in enumerate(members):
        variance += sum(2 * max(0.0, _covariance(one, other)) for other in members[i + 1 :])
    k = len(members)
    return ClusterMean(name, k, sum(found.value for found in estimates) / k, variance / k**2, min(found.freedom for found in estimates))


def _covariance(one: TaskValues, other: TaskValues) -> float:
    """Covariance of the means of two tasks, from the units that both have."""
    mine: Mapping[Hashable, float] = dict(zip(one.labels, one.values.tolist(), strict=True))
    theirs: Mapping[Hashable, float] = dict(zip(other.labels, other.values.tolist(), strict=True))
    common = [label for label in one.labels if label in theirs]
    if len(common) < 2:
        return 0.0
    table = np.array([[mine[label], theirs[label]] for label in common])
    return float(np.cov(table.T, ddof=1)[0, 1]) * len(common) / (one.n * other.n)
