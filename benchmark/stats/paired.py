"""Method against baseline in one cell, over paired units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.exact_tests import FEWEST, collapse, sign_flip, wilcoxon
from benchmark.stats.intervals import Interval, t_interval
from benchmark.stats.pairing import PairedUnits
from benchmark.stats.power import Reach, rank_reach, smallest_detectable, t_reach

SKEWED = 0.7  # skewness of the differences from which the t-test is marked
UNEQUAL = 2.0  # ratio of the arms' standard deviations from which it is


class ComparisonState(StrEnum):
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
        p: two-sided p of the paired t-test, the primary. 1 for identical scores; 2 / 2^n where all differences are the same.
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
        leans: whether the t-test leans on normal scores more than these scores allow (`leans_on_normal`).
        unit, conditional, variance: the unit, the condition on the training set, and the variance used.
    """

    method: str
    baseline: str
    n: int
    state: ComparisonState
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
    leans: bool = False

    @property
    def p_less(self) -> float | None:
        """One-sided p for method < baseline."""
        if self.p is None or self.difference is None or self.state is ComparisonState.IDENTICAL:
            return self.p
        return self.p / 2 if self.difference < 0 else 1 - self.p / 2


@dataclass(frozen=True)
class ComparisonSettings:
    """How comparisons are tested: size of the declared family, level of the family, level of the intervals, seed of sampled patterns."""

    cells: int = 1
    alpha: float = 0.05
    level: float = 0.95
    seed: int = 0


ALONE = ComparisonSettings()  # a family of one


def compare(
    a: ArrayLike,
    b: ArrayLike,
    *,
    unit: str = "(split, seed) pair",
    variance_factor: float | None = None,
    collapsed: tuple[Sequence[bool], Sequence[bool]] = ((), ()),
    settings: ComparisonSettings = ALONE,
) -> Comparison:
    """Compare paired scores [n] of method (a) and baseline (b).

    Args:
        variance_factor: variance of the mean over s^2; 1 / n where None.
        collapsed: flags of collapsed units of each arm [n]; empty where none collapsed.

    Raises:
        UserError: unequal lengths, or scores that are not finite.
    """
    cells, alpha = settings.cells, settings.alpha
    x, y = paired_arrays(a, b)
    d, n = x - y, x.size
    state, factor, sd = _state(x, y), variance_factor if variance_factor is not None and n else 1 / max(n, 1), _sd(d)
    fell_a, fell_b = (list(flags or [False] * n) for flags in collapsed)
    flipped, ranked = sign_flip(d, seed=settings.seed), wilcoxon(d) if any(fell_a + fell_b) else None
    p, greater = paired_p(d, variance_factor=factor, scale=_scale(x, y))
    return Comparison(
        method="method",
        baseline="baseline",
        n=n,
        state=state,
        mean_method=float(x.mean()) if n else None,
        mean_baseline=float(y.mean()) if n else None,
        difference=float(d.mean()) if n else None,
        interval=_interval(d, state, settings.level, unit, factor),
        p=p,
        p_greater=greater,
        sd=0.0 if state in (ComparisonState.IDENTICAL, ComparisonState.CONSTANT) else sd,
        sd_method=_sd(x),
        sd_baseline=_sd(y),
        hedges_g=hedges_g(x, y),
        **dict(zip(("won", "lost", "tied"), shares(d), strict=True)),
        p_sign_flip=flipped,
        p_wilcoxon=ranked,
        p_collapse=collapse(fell_a, fell_b),
        collapsed=(sum(fell_a), sum(fell_b)),
        disagree=_disagree(p, (flipped, ranked), alpha),
        reach=t_reach(n, cells=cells, alpha=alpha),
        rank_reach=rank_reach(n, cells=cells, alpha=alpha),
        detectable=smallest_detectable(sd, n, alpha=alpha / cells, factor=factor) if sd and state is ComparisonState.OK else None,
        alpha=alpha,
        cells=cells,
        unit=unit,
        conditional="",
        variance=_variance(factor, n),
        leans=leans_on_normal(x, y),
    )


def compare_units(units: PairedUnits, *, cells: int = 1, alpha: float = 0.05, level: float = 0.95, seed: int = 0) -> Comparison:
    """`compare` on what `pairing.pair` found."""
    found = compare(
        units.a,
        units.b,
        unit=units.unit,
        variance_factor=units.variance_factor,
        collapsed=(units.collapsed_a, units.collapsed_b),
        settings=ComparisonSettings(cells, alpha, level, seed),
    )
    return replace(found, method=units.method, baseline=units.baseline, conditional=units.conditional)


def hedges_g(a: NDArray[float64], b: NDArray[float64]) -> float | None:
    """Mean difference over the root mean square of both standard deviations (ddof 1), times the small-sample correction
    1 - 3 / (4 (2n - 2) - 1) = 1 - 3 / (8n - 9). None where neither arm has spread, or n < 2."""
    if a.size < 2:
        return None
    pooled = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    return float((a.mean() - b.mean()) / pooled * (1 - 3 / (8 * a.size - 9))) if pooled > 0 else None


def leans_on_normal(a: NDArray[float64], b: NDArray[float64]) -> bool:
    """Whether a t-test of these pairs leans on normal scores more than it can bear: the differences are skewed, or one arm's spread is
    twice that of the other, or fewer than six pairs can show neither.

    With a long tail on one side and unequal spreads a true null is rejected in up to 13 % of cases at the level 5 %
    (`results/simulations/error_rates.md`): a small sample often misses the tail, which carries the mean. No test of a mean holds its level
    against every tail (Bahadur and Savage 1956), so that a finding of this kind is marked in place of replaced.
    """
    if a.size < FEWEST:
        return True
    d = a - b
    away, spreads = d - d.mean(), (float(a.std()), float(b.std()))
    size = float((away**2).mean())
    if size <= 0:
        return False
    skewness = float((away**3).mean()) / size**1.5
    return abs(skewness) >= SKEWED or max(spreads) > UNEQUAL * min(spreads)


def shares(differences: NDArray[float64]) -> tuple[float, float, float] | tuple[None, None, None]:
    """Shares of pairs won, lost and tied (equal to 12 decimals); None for no pair."""
    if not differences.size:
        return None, None, None
    d = np.round(differences, 12)
    return float((d > 0).mean()), float((d < 0).mean()), float((d == 0).mean())


def paired_p(differences: ArrayLike, *, variance_factor: float | None = None, scale: float = 1.0) -> tuple[float | None, float | None]:
    """Two-sided and one-sided (mean above zero) p of the paired t-test, the primary test everywhere: reports, plans and interim looks.

    None below three differences. Identical scores (all differences zero) give 1. The same difference in every pair has no t statistic;
    its p is that of the signs, 2 / 2^n, which is exact for every n.

    Args:
        differences: one per independent unit [n].
        variance_factor: variance of the mean over s^2; 1 / n where None.
        scale: size of the scores that were subtracted; differences that agree to 12 digits of it are the same.
    """
    from scipy.special import stdtr  # t's distribution, without what scipy.stats spends on arguments

    d = np.asarray(differences, dtype=float)
    n, rounding = d.size, 1e-12 * max(1.0, scale)
    if n < 3:
        return None, None
    if np.ptp(d) <= rounding:
        if np.abs(d).max() <= rounding:
            return 1.0, 1.0
        return 2.0 ** (1 - n), 2.0**-n if d[0] > 0 else 1.0
    factor = 1 / n if variance_factor is None else variance_factor
    statistic = float(d.mean() / (d.std(ddof=1) * math.sqrt(factor)))
    return float(2 * stdtr(n - 1, -abs(statistic))), float(stdtr(n - 1, -statistic))


def paired_arrays(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[float64], NDArray[float64]]:
    """Two arrays [n] of finite numbers; UserError for anything else."""
    x, y = np.atleast_1d(np.asarray(a, dtype=float)), np.atleast_1d(np.asarray(b, dtype=float))
    if x.shape != y.shape or x.ndim != 1:
        raise UserError(
            f"Paired scores have the shapes {x.shape} and {y.shape}.", "Two equally long lists.", "Pair them with `paired_units`."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise UserError("Some scores are not finite.", "Finite numbers.", "Leave failed runs out with `paired_units`, which tells them.")
    return x, y


def _state(x: NDArray[float64], y: NDArray[float64]) -> ComparisonState:
    if x.size < 3:
        return (ComparisonState.NONE, ComparisonState.SINGLE, ComparisonState.TWO)[x.size]
    d, rounding = x - y, 1e-12 * _scale(x, y)
    if np.ptp(d) > rounding:
        return ComparisonState.OK
    return ComparisonState.IDENTICAL if np.abs(d).max() <= rounding else ComparisonState.CONSTANT


def _scale(x: NDArray[float64], y: NDArray[float64]) -> float:
    """The largest score in size, at least 1."""
    return max(1.0, float(np.abs(x).max(initial=0.0)), float(np.abs(y).max(initial=0.0)))


def _disagree(p: float | None, others: tuple[float | None, ...], alpha: float) -> bool:
    """Whether another test falls on the other side of alpha."""
    return p is not None and any((q <= alpha) != (p <= alpha) for q in others if q is not None)


def _interval(d: NDArray[float64], state: ComparisonState, level: float, unit: str, factor: float) -> Interval | None:
    if state not in (ComparisonState.OK, ComparisonState.TWO) or np.ptp(d) == 0:
        return None
    return t_interval(d, level=level, unit=unit, variance_factor=factor)


def _variance(factor: float, n: int) -> str:
    return "s^2 / n" if math.isclose(factor, 1 / max(n, 1)) else f"Nadeau-Bengio, s^2 * {factor:.3g}"


def _sd(x: NDArray[float64]) -> float | None:
    return float(x.std(ddof=1)) if x.size > 1 else None
