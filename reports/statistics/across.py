"""Across tasks: on how many is the method better, is it better on a new one, aggregates and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from reports.statistics.interval import Interval


@dataclass(frozen=True)
class PartialConjunction:
    """`Better on at least u of n`: p for every u, and the largest u that holds at alpha.

    Args:
        method: `bonferroni` (any dependence, the default) or `fisher` (independent tasks).
        p: p for u = 1 .. n, made non-decreasing.
        at_least: the largest u with p <= alpha; 0 if none.
    """

    n: int
    method: str
    alpha: float
    p: tuple[float, ...]
    at_least: int

    def __str__(self) -> str:
        return f"better on at least {self.at_least} of {self.n} tasks ({self.method}, alpha = {self.alpha:g})"


@dataclass(frozen=True)
class TaskMeans:
    """Paired t-test over one mean difference per task: `better on a new task like these`. None where fewer than three tasks."""

    n: int
    difference: float | None
    interval: Interval | None
    p: float | None
    p_wilcoxon: float | None


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


def partial_conjunction(p_greater: Sequence[float], *, method: str = "bonferroni", alpha: float = 0.05) -> PartialConjunction:
    """From one-sided p-values per task (`Comparison.p_greater`)."""
    raise NotImplementedError


def task_means(differences: ArrayLike, *, level: float = 0.95) -> TaskMeans:
    """t-test over tasks of the mean differences [tasks]; Wilcoxon beside it from ten tasks."""
    raise NotImplementedError


def interquartile_mean(scores_by_task: Mapping[str, ArrayLike], *, level: float = 0.95, resamples: int = 5000, seed: int = 0) -> Interval:
    """Mean of the middle half of all scores, with a bootstrap that resamples runs inside each task: these tasks, new seeds."""
    raise NotImplementedError


def ranks(scores: Mapping[str, Sequence[float]], *, alpha: float = 0.05) -> Ranks:
    """Ranks of arms over tasks: `scores` is arm -> one score per task, the same tasks in the same order."""
    raise NotImplementedError
