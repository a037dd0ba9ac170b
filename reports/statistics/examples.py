"""Uncertainty of the test set, apart from that of the runs: per-example correctness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.records import UserError
from reports.statistics.interval import Interval, t_interval
from reports.statistics.percentile import nominal_level
from reports.statistics.sign_flip import mcnemar_exact


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


@dataclass(frozen=True)
class McNemar:
    """Two single models on the same examples: only the first right, only the second right, and the exact two-sided p."""

    only_first: int
    only_second: int
    n: int
    p: float


def two_way_bootstrap(
    correct_a: ArrayLike, correct_b: ArrayLike, *, task: str = "TASK", level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> ExampleUncertainty:
    """Two-way (splits x test examples) bootstrap of the mean paired difference of correctness.

    Rows and columns are drawn with replacement, independently (Owen 2007). Such a bootstrap loses variance where splits are few, and
    counts what is peculiar to one split on one example three times. The percentiles are therefore taken at the level at which they
    match the unbiased variance (split means plus example means minus their interaction) and t quantiles with Satterthwaite's degrees
    of freedom, as Hesterberg (2015) does for one sample. `reports/simulations/error_rates.py` measures the outcome.

    Args:
        correct_a, correct_b: correctness [splits, examples] of method and baseline, 0/1 or averaged over a split's seeds.

    Raises:
        UserError: shapes that differ, or are empty.
    """
    d = _differences(correct_a, correct_b)
    splits = d.shape[0]
    rng = np.random.default_rng(seed)
    rows = rng.multinomial(splits, np.full(splits, 1 / splits), size=resamples) / splits
    redrawn = _redrawn(d, resamples, rng)
    both = np.einsum("rs,rs->r", rows, redrawn)
    two_way = _percentile(d, both, level, _nominal(d, both, level), "split x test example", "two-way bootstrap, calibrated percentile")
    alone = _percentile(d, redrawn.mean(axis=1), level, level, "test example", "bootstrap, percentile")
    over_splits = t_interval(d.mean(axis=1), level=level, unit="split")
    scope = _scope(two_way, over_splits)
    return ExampleUncertainty(two_way, over_splits, alone, scope, _sentence(scope, two_way.value, task))


def mcnemar(correct_a: ArrayLike, correct_b: ArrayLike) -> McNemar:
    """Exact McNemar test of two models' correctness [examples], each 0 or 1."""
    a, b = np.asarray(correct_a, dtype=bool), np.asarray(correct_b, dtype=bool)
    if a.shape != b.shape or a.ndim != 1:
        raise UserError(f"Correctness has the shapes {a.shape} and {b.shape}.", "Two equally long lists.", "Score the same test examples.")
    first, second = int((a & ~b).sum()), int((b & ~a).sum())
    return McNemar(first, second, a.size, mcnemar_exact(first, second))


def _differences(correct_a: ArrayLike, correct_b: ArrayLike) -> NDArray[float64]:
    a, b = np.asarray(correct_a, dtype=float), np.asarray(correct_b, dtype=float)
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise UserError(
            f"Correctness has the shapes {a.shape} and {b.shape}.", "Two tables [splits, examples].", "Score the same splits and examples."
        )
    return np.asarray(a - b)


def _redrawn(d: NDArray[float64], resamples: int, rng: np.random.Generator) -> NDArray[float64]:
    """Mean difference of each split over redrawn examples [resamples, splits]. Examples that every split treats alike are drawn as one
    kind, so the cost follows the number of kinds, not that of examples."""
    kinds, counts = np.unique(d, axis=1, return_counts=True)
    parts = [rng.multinomial(d.shape[1], counts / d.shape[1], size=size) @ kinds.T for size in _chunks(resamples, kinds.shape[1])]
    return np.asarray(np.concatenate(parts) / d.shape[1])


def _chunks(resamples: int, kinds: int) -> list[int]:
    """Numbers of resamples to draw at once, so that no table has more than four million counts."""
    at_once = max(1, min(resamples, 4_000_000 // kinds))
    return [at_once] * (resamples // at_once) + ([resamples % at_once] if resamples % at_once else [])


def _nominal(d: NDArray[float64], both: NDArray[float64], level: float) -> float:
    """The nominal level at which percentiles of the two-way bootstrap cover `level`."""
    splits, examples = d.shape
    by_split = d.mean(axis=1).var(ddof=1) / splits if splits > 1 else 0.0
    by_example = d.mean(axis=0).var(ddof=1) / examples if examples > 1 else 0.0
    rest = d - d.mean(axis=1, keepdims=True) - d.mean(axis=0) + d.mean()
    twice = (rest**2).sum() / max((splits - 1) * (examples - 1), 1) / d.size  # the interaction stands in both of the above
    variance = max(by_split, by_example, by_split + by_example - twice)
    if variance == 0:
        return level
    freedom = (by_split + by_example) ** 2 / (by_split**2 / max(splits - 1, 1) + by_example**2 / max(examples - 1, 1))
    return nominal_level(level, freedom, float(both.var()) / variance)


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
