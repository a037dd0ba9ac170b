"""Is a method steadier over several tasks? The ratio of paired standard deviations, pooled on the log scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Estimate, Interval
from benchmark.stats.spread import swapped_log_variance

SWAPS = 5_000


@dataclass(frozen=True)
class TaskPairs:
    """Scores of method (a) and comparison (b) on the same units of one task [n]."""

    task: str
    cluster: str
    a: NDArray[float64]
    b: NDArray[float64]


@dataclass(frozen=True)
class PooledSpread:
    """Ratio of standard deviations, method over comparison, pooled over tasks: below 1 the method is steadier.

    Args:
        per_task: task -> its log ratio with its jackknife error.
        fixed: pooled log ratio, tasks fixed.
        random: pooled log ratio, clusters of tasks random (t over clusters); None for fewer than two clusters.
        p: two-sided p for equal spreads, tasks fixed: the larger one of the t-test and of the swap test.
        left_out: tasks in which an arm has no spread, or fewer than three pairs.
    """

    per_task: dict[str, Estimate]
    fixed: Estimate
    random: Estimate | None
    p: float
    left_out: tuple[str, ...]

    def ratio(self, estimate: Estimate, level: float = 0.95) -> Interval:
        """A log ratio as a ratio, with its interval."""
        found = estimate.interval(level)
        return Interval(math.exp(found.value), math.exp(found.low), math.exp(found.high), level, found.unit, found.n, found.method)


def pooled_spread(tasks: Sequence[TaskPairs], *, seed: int = 0) -> PooledSpread | None:
    """Pool log(sd(a) / sd(b)) over tasks, each weighing alike. None where no task has a ratio.

    The error of a task's log ratio is the jackknife's, so that it need not trust normal scores; the swap test (pairs change places
    independently, centred by their medians, log ratios averaged over tasks) also holds its level where runs collapse. A difference in
    spread is claimed only where both agree.

    Raises:
        UserError: arms with different numbers of scores, or a task that is given twice.
    """
    if len({pairs.task for pairs in tasks}) != len(tasks) or any(pairs.a.shape != pairs.b.shape for pairs in tasks):
        raise UserError("Tasks are given twice, or their arms have different numbers of scores.", "Paired scores of different tasks.")
    usable = [pairs for pairs in tasks if _has_ratio(pairs)]
    if not usable:
        return None
    per_task = {pairs.task: _log_ratio(pairs) for pairs in usable}
    fixed = _fixed(list(per_task.values()))
    left_out = tuple(pairs.task for pairs in tasks if pairs.task not in per_task)
    p = max(fixed.p(), _swap_p(usable, seed))
    return PooledSpread(per_task, fixed, _random(usable, per_task), p, left_out)


def _has_ratio(pairs: TaskPairs) -> bool:
    return pairs.a.size >= 3 and all(np.ptp(np.delete(x, i)) > 1e-12 for x in (pairs.a, pairs.b) for i in range(x.size))


def _log_ratio(pairs: TaskPairs) -> Estimate:
    n = pairs.a.size
    value = math.log(float(pairs.a.std(ddof=1) / pairs.b.std(ddof=1)))
    left = np.log(_deleted_variances(pairs.a) / _deleted_variances(pairs.b)) / 2
    error = math.sqrt((n - 1) / n * float(((left - left.mean()) ** 2).sum()))
    return Estimate(value, error, n - 1, "(split, seed) pair", n, "log ratio of standard deviations, jackknife")


def _deleted_variances(x: NDArray[float64]) -> NDArray[float64]:
    """Sample variance without each value in turn [n]."""
    n = x.size
    centred = x - x.mean()
    squares = (centred**2).sum()
    return np.asarray((squares - centred**2 * n / (n - 1)) / (n - 2))


def _fixed(found: Sequence[Estimate]) -> Estimate:
    k = len(found)
    parts = [one.error**2 / k**2 for one in found]
    below = sum(part**2 / one.freedom for part, one in zip(parts, found, strict=True))
    freedom = sum(parts) ** 2 / below if below > 0 else float(sum(one.freedom for one in found))
    pairs = sum(one.n for one in found)
    return Estimate(
        sum(one.value for one in found) / k, math.sqrt(sum(parts)), freedom, "pair within task", pairs, f"{k} fixed tasks, jackknife"
    )


def _random(usable: Sequence[TaskPairs], per_task: dict[str, Estimate]) -> Estimate | None:
    """t over one mean log ratio per cluster."""
    by_cluster: dict[str, list[float]] = {}
    for pairs in usable:
        by_cluster.setdefault(pairs.cluster, []).append(per_task[pairs.task].value)
    means = np.array([np.mean(values) for values in by_cluster.values()])
    if means.size < 2:
        return None
    error = float(means.std(ddof=1)) / math.sqrt(means.size)
    return Estimate(float(means.mean()), error, means.size - 1, "task", int(means.size), "t over clusters of tasks")


def _swap_p(tasks: Sequence[TaskPairs], seed: int) -> float:
    """Two-sided p of the mean log ratio over tasks when both scores of each pair may change places (random swaps, the observed counted)."""
    rng = np.random.default_rng(seed)
    drawn, observed = np.zeros(SWAPS), 0.0
    for pairs in tasks:
        x, y = pairs.a - np.median(pairs.a), pairs.b - np.median(pairs.b)
        swap = rng.integers(2, size=(SWAPS, x.size)).astype(float)
        drawn += swapped_log_variance(swap, x, y) - swapped_log_variance(swap, y, x)
        observed += math.log(x.var()) - math.log(y.var())
    return float((1 + np.sum(np.abs(drawn) >= abs(observed) - 1e-9)) / (SWAPS + 1))
