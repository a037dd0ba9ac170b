"""Stability: the ratio of two paired standard deviations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from reports.statistics.interval import Interval
from reports.statistics.paired import paired_arrays

SWAPS = 10_000


@dataclass(frozen=True)
class SpreadRatio:
    """Standard deviation of the method over that of the baseline, on pairs (Pitman 1939, Morgan 1939).

    Args:
        interval: the ratio with its interval.
        p: two-sided p for equal spreads; None with `state` where n < 3, one arm has no spread, or the arms are perfectly correlated.
        p_swap: the same by swapping pairs, centred by their medians, at random; holds its level with collapsing runs too.
    """

    n: int
    state: str
    sd_method: float | None
    sd_baseline: float | None
    correlation: float | None
    interval: Interval | None
    p: float | None
    p_swap: float | None


def spread_ratio(a: ArrayLike, b: ArrayLike, *, level: float = 0.95, unit: str = "(split, seed) pair", seed: int = 0) -> SpreadRatio:
    """Pitman-Morgan test and interval for sd(a) / sd(b) on pairs.

    With F = var(a) / var(b) and r the correlation of a and b, t = (F - 1) sqrt(n - 2) / (2 sqrt(F (1 - r^2))) has n - 2 degrees of
    freedom, and the ends of F's interval are F (K +- sqrt(K^2 - 1)), K = 1 + 2 (1 - r^2) t^2 / (n - 2). It leans on normal scores;
    `p_swap` does not.
    """
    x, y = paired_arrays(a, b)
    n = x.size
    state = _state(x, y)
    if state != "ok":
        sd_x, sd_y = (float(x.std(ddof=1)), float(y.std(ddof=1))) if n > 1 else (None, None)
        return SpreadRatio(n, state, sd_x, sd_y, None, None, None, None)
    ratio, r = float(x.var(ddof=1) / y.var(ddof=1)), float(np.corrcoef(x, y)[0, 1])
    interval, p = _pitman_morgan(ratio, r, n, level, unit)
    return SpreadRatio(n, state, float(x.std(ddof=1)), float(y.std(ddof=1)), r, interval, p, _swapped(x, y, seed))


def _state(x: NDArray[float64], y: NDArray[float64]) -> str:
    if x.size < 3:
        return "fewer than three pairs"
    if np.ptp(x) <= 1e-12 or np.ptp(y) <= 1e-12:
        return "an arm without spread"
    return "perfectly correlated arms" if 1 - np.corrcoef(x, y)[0, 1] ** 2 < 1e-12 else "ok"


def _pitman_morgan(ratio: float, r: float, n: int, level: float, unit: str) -> tuple[Interval, float]:
    from scipy.stats import t

    free = 1 - r**2
    statistic = (ratio - 1) * math.sqrt(n - 2) / (2 * math.sqrt(ratio * free))
    k = 1 + 2 * free * float(t.ppf((1 + level) / 2, n - 2)) ** 2 / (n - 2)
    low, high = (math.sqrt(ratio * (k + side * math.sqrt(k**2 - 1))) for side in (-1, 1))
    return Interval(math.sqrt(ratio), low, high, level, unit, n, "Pitman-Morgan"), float(2 * t.sf(abs(statistic), n - 2))


def _swapped(x: NDArray[float64], y: NDArray[float64], seed: int) -> float:
    """Two-sided p of |log F| when each pair may change places. Centred by medians: a collapsed run must not move the others."""
    pairs = np.stack([x - np.median(x), y - np.median(y)])
    swap = np.random.default_rng(seed).random((SWAPS, x.size)) < 0.5
    first, second = np.where(swap, pairs[1], pairs[0]), np.where(swap, pairs[0], pairs[1])
    drawn = np.abs(np.log(first.var(axis=1)) - np.log(second.var(axis=1)))
    seen = abs(math.log(x.var()) - math.log(y.var()))
    return float((1 + np.sum(drawn >= seen - 1e-12)) / (SWAPS + 1))
