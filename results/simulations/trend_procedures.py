"""One repeat of what is said over tasks, over numbers of labels, and with the test set counted, under a known truth: did it err?"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import ndtri

from benchmark.stats.example_uncertainty import two_way_estimate
from benchmark.stats.matching import matching_n
from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means, fixed_tasks
from benchmark.stats.over_tasks.random_tasks import RandomTasks, random_tasks
from benchmark.stats.over_tasks.ranks import interquartile_mean
from benchmark.stats.paired import paired_p
from benchmark.stats.slopes import gain_against_shots
from reports.analysis.over_tasks import p_beyond
from reports.verdicts.verdict import ClaimSetting, OurRuns, Outcome, PublishedArm, PublishedClaim, verdict
from results.simulations import worlds

ALPHA = 0.05
PAIRS = 10  # of a task
SIZES = (20, 50, 100, 500)
MATCHED_SIZES = (20, 50, 100, 200, 500)
Rng = np.random.Generator


def on_these_tasks(rng: Rng, tasks: int, tau: float = 0.0, collapse: bool = False) -> bool:
    """The mean over these tasks is found different from zero, though it is zero; tasks have own spreads and, with tau, own gains."""
    own = tau * rng.standard_normal(tasks)
    return fixed_tasks(_tasks(rng, own - own.mean(), collapse)).p() <= ALPHA


def on_a_new_task(rng: Rng, tasks: int, tau: float, by_fixed: bool = False) -> bool:
    """The mean over tasks like these is found different from zero, though it is zero over all possible tasks."""
    values = _tasks(rng, tau * rng.standard_normal(tasks))
    return (fixed_tasks(values) if by_fixed else _random(values).mean).p() <= ALPHA


def equivalent_at_the_margin(rng: Rng) -> bool:
    """A mean gain of exactly one point is called equivalent to zero."""
    return fixed_tasks(_tasks(rng, np.ones(8))).p_equivalence(1.0) <= ALPHA


def beyond_at_the_margin(rng: Rng) -> bool:
    """A mean gain of exactly one point is called further from zero than one point."""
    return p_beyond(fixed_tasks(_tasks(rng, np.ones(8))), 1.0) <= ALPHA


def prediction_misses(rng: Rng, tasks: int, tau: float) -> bool:
    """The prediction interval misses the true gain of a new task."""
    found = _random(_tasks(rng, tau * rng.standard_normal(tasks))).prediction
    assert found is not None
    return found.excludes(tau * float(rng.standard_normal()))


def slope(rng: Rng, splits: int, collapse: bool = False) -> bool:
    """The gain is found to change with the number of labels, though it is the same at each."""
    p = gain_against_shots(_gains(rng, splits, collapse=collapse)).p
    return p is not None and p <= ALPHA


def line_refused(rng: Rng, splits: int) -> bool:
    """The straight line in log N is refused, though the means lie on one."""
    fit = gain_against_shots(_gains(rng, splits, per_decade=-2.0)).fit
    return fit is not None and fit.fails(ALPHA)


def matching_misses(rng: Rng, splits: int) -> bool:
    """The interval of the N that the baseline needs misses the true one: 140, for an arm at 50."""
    table = _curves(rng, splits)
    arm = _level(140) + (table[50] - _level(50)) * 0.5 + worlds.SD * np.sqrt(0.5) * rng.standard_normal(splits)
    found = matching_n(arm, 50, table, resamples=500, seed=int(rng.integers(2**31))).interval
    return found is not None and found.excludes(140.0)


def matching_differs(rng: Rng, splits: int) -> bool:
    """p says that the baseline needs another N than the arm, though both have the same mean at each N."""
    table = _curves(rng, splits)
    arm = _level(50) + (table[50] - _level(50)) * 0.5 + worlds.SD * np.sqrt(0.5) * rng.standard_normal(splits)
    p, _ = paired_p(arm - table[50])
    return p is not None and p <= ALPHA


def middle_misses(rng: Rng, runs: int) -> bool:
    """The interval of the inter-quartile mean over eight tasks misses that of endless runs of these tasks."""
    means, spreads = _middle_tasks()
    scores = {str(i): mean + sd * rng.standard_normal(runs) for i, (mean, sd) in enumerate(zip(means, spreads, strict=True))}
    found = interquartile_mean(scores, resamples=1000, seed=int(rng.integers(2**31)))
    return found is not None and found.excludes(_true_middle())


def conceptual_with_examples(rng: Rng, splits: int, examples: int, counted: bool = True) -> bool:
    """The verdict against a published gain of two points claims a direction, though both arms are equal on the task.

    Args:
        counted: whether the error over test examples is counted.
    """
    runs = _scored(rng, splits, examples, 0.0)
    claim = PublishedClaim(PublishedArm(72.0), PublishedArm(70.0))
    found = verdict(claim, runs if counted else replace(runs, two_way=None), ClaimSetting(direct=False)).outcome
    return found in (Outcome.SAME_DIRECTION, Outcome.ABOVE_ONE_POINT, Outcome.OPPOSITE)


def direct_with_examples(rng: Rng, gain: float, truth: float, error: str) -> bool:
    """The direct verdict is wrong: our true gain on the task is `truth`, the published runs (10 on the same test set) had `gain`."""
    mean_a, sd_a, mean_b, sd_b = worlds.published(rng, 10, gain)
    claim = PublishedClaim(PublishedArm(mean_a, sd_a, "std", 10), PublishedArm(mean_b, sd_b, "std", 10))
    return str(verdict(claim, _scored(rng, 20, 872, truth, by_example=0.0), ClaimSetting(direct=True)).outcome) == error


def _scored(rng: Rng, splits: int, examples: int, gain: float, by_example: float = 0.2) -> OurRuns:
    """Our runs in points with the error over splits and test examples."""
    a, b = worlds.correctness(rng, splits, examples, by_split=0.02, by_example=by_example, gain=gain / 100)
    found = two_way_estimate(a, b)
    two_way = replace(found, value=100 * found.value, error=100 * found.error)
    return OurRuns(100 * a.mean(axis=1), 100 * b.mean(axis=1), two_way=two_way)


def _tasks(rng: Rng, gains: NDArray[float64], collapse: bool = False) -> list[TaskValues]:
    """Paired gains of ten splits on each task, with spreads from 2 to 6 points."""
    spreads = np.linspace(2.0, 6.0, gains.size)
    values = gains[:, None] + spreads[:, None] * rng.standard_normal((gains.size, PAIRS))
    if collapse:
        fell = rng.random((2, *values.shape)) < worlds.COLLAPSE_RATE
        values = values + worlds.COLLAPSE * (fell[0].astype(float) - fell[1])
    labels = tuple(range(PAIRS))
    return [TaskValues(str(i), str(i), row, labels) for i, row in enumerate(values)]


def _random(values: list[TaskValues]) -> RandomTasks:
    found = random_tasks(cluster_means(values))
    assert found is not None
    return found


def _gains(rng: Rng, splits: int, per_decade: float = 0.0, collapse: bool = False) -> dict[float, NDArray[float64]]:
    """Gains per split at each N: a split's own part at every N, and noise that shrinks with N."""
    split = rng.standard_normal(splits)
    found: dict[float, NDArray[float64]] = {}
    for i, n in enumerate(SIZES):
        fell = rng.random((2, splits)) < (worlds.COLLAPSE_RATE if collapse else 0.0)
        noise = (4 - i) * rng.standard_normal(splits) + worlds.COLLAPSE * (fell[0].astype(float) - fell[1])
        found[n] = 2 + per_decade * np.log10(n) + split + noise
    return found


def _level(n: float) -> float:
    """The baseline's true mean at N: eight points per decade."""
    return 60 + 8 * float(np.log10(n / 20))


def _curves(rng: Rng, splits: int) -> dict[float, NDArray[float64]]:
    return {n: _level(n) + worlds.SD * rng.standard_normal(splits) for n in MATCHED_SIZES}


@cache
def _middle_tasks() -> tuple[NDArray[float64], NDArray[float64]]:
    """Means and spreads of eight tasks."""
    return np.linspace(60, 88, 8), np.linspace(5, 1.5, 8)


@cache
def _true_middle() -> float:
    """The mean of the middle half of endless runs, as many of each task."""
    means, spreads = _middle_tasks()
    grid = ndtri((np.arange(100_000) + 0.5) / 100_000)
    every = np.sort((means[:, None] + spreads[:, None] * grid).ravel())
    return float(every[every.size // 4 : every.size - every.size // 4].mean())
