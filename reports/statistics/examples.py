"""Uncertainty of the test set, apart from that of the runs: per-example correctness."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from reports.statistics.interval import Interval


@dataclass(frozen=True)
class ExampleUncertainty:
    """What may be said about the task, beyond these test examples.

    Args:
        two_way: paired difference, splits and test examples resampled.
        over_splits: the same difference, splits resampled alone (t interval over splits); None for one split.
        over_examples: the same, test examples resampled alone.
        scope: `task` where the two-way interval excludes zero, `these test examples` where only the interval over splits does, else `none`.
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

    Args:
        correct_a, correct_b: correctness [splits, examples] of method and baseline, 0/1 or averaged over a split's seeds.

    Raises:
        UserError: shapes that differ, or are empty.
    """
    raise NotImplementedError


def mcnemar(correct_a: ArrayLike, correct_b: ArrayLike) -> McNemar:
    """Exact McNemar test of two models' correctness [examples], each 0 or 1."""
    raise NotImplementedError
