"""Uncertainty of the test set, apart from that of the runs: per-example correctness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Estimate, Interval, nominal_level, t_interval

LEVEL = 0.95  # of every interval here
MOST_AT_ONCE = 4_000_000  # numbers of one table, so that many test examples need no more memory


@dataclass(frozen=True)
class ExampleUncertainty:
    """What may be said about the task, beyond these test examples.

    Args:
        two_way: paired difference, splits and test examples resampled.
        over_splits: the same difference, splits resampled alone (t interval over splits); None for one split.
        over_examples: the same, test examples resampled alone.
        scope: `task` where the two-way interval and the one over splits exclude zero, `these test examples` where only the latter does,
            else `none`.
        sentence: the scope in words.
    """

    two_way: Interval
    over_splits: Interval | None
    over_examples: Interval
    scope: str
    sentence: str


def two_way_bootstrap(
    correct_a: ArrayLike,
    correct_b: ArrayLike,
    *,
    task: str = "TASK",
    resamples: int = 2000,
    seed: int = 0,
    variance_factor: float | None = None,
) -> ExampleUncertainty:
    """Two-way (splits x test examples) bootstrap of the mean paired difference of correctness.

    Rows and columns are drawn with replacement, independently (Owen 2007). Such a bootstrap loses variance where splits are few, and
    counts what is peculiar to one split on one example three times. The percentiles are therefore taken at the level at which they
    match the unbiased variance (split means plus example means minus their interaction) and t quantiles with Satterthwaite's degrees
    of freedom, as Hesterberg (2015) does for one sample. `results/simulations/error_rates.py` measures the outcome.

    Args:
        correct_a, correct_b: correctness [splits, examples] of method and baseline, 0/1 or averaged over a split's seeds.
        variance_factor: variance of a mean over splits over their sample variance, where training sets overlap
            (`pairing.nadeau_bengio`); the two-way interval is then the t interval of `two_way_estimate`, since no resampling of dependent
            splits shows what they have in common. None: splits are independent.

    Raises:
        UserError: shapes that differ, or are empty.
    """
    d = _differences(correct_a, correct_b)
    splits = d.shape[0]
    rows = np.random.default_rng(seed).multinomial(splits, np.full(splits, 1 / splits), size=resamples) / splits
    redrawn = _redrawn(d, resamples, seed)
    both = np.einsum("rs,rs->r", rows, redrawn)
    if variance_factor is None:
        two_way = _percentile(d, both, LEVEL, _nominal(d, both, LEVEL), "split x test example", "two-way bootstrap, calibrated percentile")
    else:
        two_way = two_way_estimate(correct_a, correct_b, variance_factor=variance_factor).interval(LEVEL)
    alone = _percentile(d, redrawn.mean(axis=1), LEVEL, LEVEL, "test example", "bootstrap, percentile")
    over_splits = t_interval(d.mean(axis=1), level=LEVEL, unit="split", variance_factor=variance_factor)
    scope = _scope(two_way, over_splits)
    return ExampleUncertainty(two_way, over_splits, alone, scope, _sentence(scope, two_way.value, task))


def _differences(correct_a: ArrayLike, correct_b: ArrayLike) -> NDArray[float64]:
    a, b = np.asarray(correct_a, dtype=float), np.asarray(correct_b, dtype=float)
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise UserError(
            f"Correctness has the shapes {a.shape} and {b.shape}.", "Two tables [splits, examples].", "Score the same splits and examples."
        )
    return np.asarray(a - b)


def _redrawn(d: NDArray[float64], resamples: int, seed: int) -> NDArray[float64]:
    """Mean difference of each split over redrawn examples [resamples, splits]."""
    counts = _drawn_counts(d.shape[1], resamples, seed)
    rows = max(1, MOST_AT_ONCE // d.shape[1])
    parts = [counts[start : start + rows].astype(float) @ d.T for start in range(0, resamples, rows)]
    return np.asarray(np.concatenate(parts) / d.shape[1])


@lru_cache(maxsize=4)
def _drawn_counts(examples: int, resamples: int, seed: int) -> NDArray[np.uint16]:
    """How often each example is drawn [resamples, examples]. The same for every comparison on as many examples, so it is drawn once."""
    rng = np.random.default_rng([seed, 1])
    counts = np.empty((resamples, examples), dtype=np.uint16)
    for row in counts:
        row[:] = np.bincount(rng.integers(examples, size=examples), minlength=examples)
    return counts


def two_way_estimate(correct_a: ArrayLike, correct_b: ArrayLike, *, variance_factor: float | None = None) -> Estimate:
    """Mean paired difference of correctness with its error over splits and test examples together: the unbiased variance (split means plus
    example means minus their interaction, never below either alone) and Satterthwaite's degrees of freedom.

    Args:
        correct_a, correct_b: as in `two_way_bootstrap`.
        variance_factor: as in `two_way_bootstrap`.

    Raises:
        UserError: shapes that differ, or are empty.
    """
    d = _differences(correct_a, correct_b)
    variance, freedom = _two_way_variance(d, variance_factor)
    return Estimate(float(d.mean()), math.sqrt(variance), freedom, "split x test example", d.shape[0], f"two-way t, {d.shape[1]} examples")


def _nominal(d: NDArray[float64], both: NDArray[float64], level: float) -> float:
    """The nominal level at which percentiles of the two-way bootstrap cover `level`."""
    variance, freedom = _two_way_variance(d)
    return level if variance == 0 else nominal_level(level, freedom, float(both.var()) / variance)


def _two_way_variance(d: NDArray[float64], factor: float | None = None) -> tuple[float, float]:
    """Unbiased variance of the mean over both factors, and its degrees of freedom."""
    splits, examples = d.shape
    by_split = d.mean(axis=1).var(ddof=1) * (1 / splits if factor is None else factor) if splits > 1 else 0.0
    by_example = d.mean(axis=0).var(ddof=1) / examples if examples > 1 else 0.0
    rest = d - d.mean(axis=1, keepdims=True) - d.mean(axis=0) + d.mean()
    twice = (rest**2).sum() / max((splits - 1) * (examples - 1), 1) / d.size  # the interaction stands in both of the above
    variance = max(by_split, by_example, by_split + by_example - twice)
    if variance == 0:
        return 0.0, float(max(splits - 1, 1))
    below = by_split**2 / max(splits - 1, 1) + by_example**2 / max(examples - 1, 1)
    return float(variance), float((by_split + by_example) ** 2 / below)


def _percentile(d: NDArray[float64], drawn: NDArray[float64], level: float, nominal: float, unit: str, method: str) -> Interval:
    low, high = np.quantile(drawn, [(1 - nominal) / 2, (1 + nominal) / 2])
    n = d.shape[1] if unit == "test example" else d.shape[0]
    return Interval(float(d.mean()), float(low), float(high), level, unit, n, f"{method}, {drawn.size} resamples, {d.shape[1]} examples")


def _scope(two_way: Interval, over_splits: Interval | None) -> str:
    if two_way.excludes(0) and over_splits is not None and over_splits.excludes(0):
        return "task"
    return "these test examples" if over_splits is not None and over_splits.excludes(0) else "none"


def _sentence(scope: str, difference: float, task: str) -> str:
    word = "better" if difference > 0 else "worse"
    return {"task": f"{word} on {task}", "these test examples": f"{word} on these test examples", "none": "no difference found"}[scope]
