"""Stability: the ratio of two paired standard deviations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.stats.intervals import Interval
from benchmark.stats.paired import paired_arrays

SWAPS = 10_000
ENUMERATED = 12  # up to here all patterns of swaps are counted


@dataclass(frozen=True)
class SpreadRatio:
    """Standard deviation of the method over that of the baseline, on pairs (Pitman 1939, Morgan 1939).

    Args:
        interval: the ratio with its interval.
        p: two-sided p for equal spreads; None with `state` where n < 3, one arm has no spread, or the arms are perfectly correlated.
        p_swap: the same by swapping within pairs, centred by their medians; holds its level with collapsing runs too.
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
    from scipy.special import stdtr, stdtrit

    free = 1 - r**2
    statistic = (ratio - 1) * math.sqrt(n - 2) / (2 * math.sqrt(ratio * free))
    k = 1 + 2 * free * float(stdtrit(n - 2, (1 + level) / 2)) ** 2 / (n - 2)
    low, high = (math.sqrt(ratio * (k + side * math.sqrt(k**2 - 1))) for side in (-1, 1))
    return Interval(math.sqrt(ratio), low, high, level, unit, n, "Pitman-Morgan"), float(2 * stdtr(n - 2, -abs(statistic)))


def smallest_ratio(n: int, correlation: float, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The ratio above 1 that the Pitman-Morgan test finds with this power (and its inverse below 1); None for fewer than four pairs.

    The test is one of the correlation of sum and difference; its power by Fisher's z, good from about eight pairs, rough below.
    """
    from scipy.stats import norm

    if n < 4:
        return None
    c = math.tanh(float(norm.ppf(1 - alpha / 2) + norm.ppf(power)) / math.sqrt(n - 3)) ** 2
    k = (1 + c - 2 * c * correlation**2) / (1 - c)
    return math.sqrt(k + math.sqrt(k**2 - 1))


def _swapped(x: NDArray[float64], y: NDArray[float64], seed: int) -> float:
    """Two-sided p of |log F| when each pair may change places: all patterns up to `ENUMERATED` pairs, `SWAPS` random ones above. Centred
    by medians: a collapsed run must not move the others."""
    x, y = x - np.median(x), y - np.median(y)
    n = x.size
    few = n <= ENUMERATED
    swap = (np.arange(2**n)[:, None] >> np.arange(n) & 1 if few else np.random.default_rng(seed).integers(2, size=(SWAPS, n))).astype(float)
    drawn = np.abs(swapped_log_variance(swap, x, y) - swapped_log_variance(swap, y, x))
    hits = int(np.sum(drawn >= abs(math.log(x.var()) - math.log(y.var())) - 1e-9))
    return hits / len(swap) if few else (1 + hits) / (SWAPS + 1)


def swapped_log_variance(swap: NDArray[float64], x: NDArray[float64], y: NDArray[float64]) -> NDArray[float64]:
    """Log variance of x with some places taken by y, for each pattern [patterns, n]."""
    mean, square = x.mean() + swap @ (y - x) / x.size, (x**2).mean() + swap @ (y**2 - x**2) / x.size
    return np.asarray(np.log(np.maximum(square - mean**2, np.finfo(float).tiny)))
