"""Method against baseline in one cell, over paired units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from numpy.typing import ArrayLike

from reports.statistics.interval import Interval
from reports.statistics.power import Reach
from reports.statistics.units import PairedUnits


class State(StrEnum):
    """What the data allow."""

    OK = "ok"
    NONE = "no pair"
    SINGLE = "one pair: no spread"
    TWO = "two pairs: interval, no test"
    IDENTICAL = "identical scores"
    CONSTANT = "the same difference in every pair"


@dataclass(frozen=True)
class Comparison:
    """Method against baseline over n pairs. What cannot be said is None, and `state` says why; nothing is NaN.

    Args:
        difference: mean of method minus baseline.
        interval: its t interval.
        p: two-sided p of the paired t-test, the primary. 1 for identical scores; the sign-flip p where all differences are the same.
        p_greater: one-sided p for method > baseline.
        sd: sample standard deviation (ddof 1) of the differences.
        sd_method, sd_baseline: of each arm.
        hedges_g: difference over the mean-square of both arms' sd, times the small-sample correction.
        won, lost, tied: shares of pairs.
        p_sign_flip: exact sign-flip permutation p, from n = 6 (sampled, seeded, above n = 16).
        p_wilcoxon: signed-rank p, where a run collapsed and n >= 6.
        p_collapse: exact McNemar p on the collapse flags; None where no run collapsed.
        collapsed: (method, baseline) numbers of collapsed units.
        disagree: primary and sensitivity tests fall on different sides of alpha.
        reach: whether n can reach alpha under Holm with the primary test; `rank_reach` the same for the exact tests.
        detectable: the smallest difference found with power .8 at the family's first step.
        unit, conditional, variance: the unit, the condition on the training set, and the variance used.
    """

    method: str
    baseline: str
    n: int
    state: State
    mean_method: float | None
    mean_baseline: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    p_greater: float | None
    sd: float | None
    sd_method: float | None
    sd_baseline: float | None
    hedges_g: float | None
    won: float | None
    lost: float | None
    tied: float | None
    p_sign_flip: float | None
    p_wilcoxon: float | None
    p_collapse: float | None
    collapsed: tuple[int, int]
    disagree: bool
    reach: Reach
    rank_reach: Reach
    detectable: float | None
    alpha: float
    cells: int
    unit: str
    conditional: str
    variance: str


def compare(
    a: ArrayLike,
    b: ArrayLike,
    *,
    method: str = "method",
    baseline: str = "baseline",
    unit: str = "(split, seed) pair",
    conditional: str = "",
    collapsed_a: Sequence[bool] | None = None,
    collapsed_b: Sequence[bool] | None = None,
    variance_factor: float | None = None,
    cells: int = 1,
    alpha: float = 0.05,
    level: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare paired scores [n] of method (a) and baseline (b).

    Args:
        variance_factor: variance of the mean over s^2; 1 / n where None (`units.PairedUnits.variance_factor`).
        cells: size of the declared family, for `reach` and `detectable`.

    Raises:
        UserError: unequal lengths, or scores that are not finite.
    """
    raise NotImplementedError


def compare_units(units: PairedUnits, *, cells: int = 1, alpha: float = 0.05, level: float = 0.95, seed: int = 0) -> Comparison:
    """`compare` on what `units.paired_units` found."""
    raise NotImplementedError
