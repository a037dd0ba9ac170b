"""Welch's t-test from printed means and spreads, forwards (p from n) and backwards (n from p)."""

from __future__ import annotations

import math

LARGEST = 1e7


def welch_p(gain: float, sd_a: float, sd_b: float, n: float) -> float:
    """Two-sided p of Welch's test for two means that differ by `gain`, from `n` independent values in each arm.

    The spreads are sample standard deviations. `n` may be a fraction, so that it can be solved for. Needs n > 1 and a spread above zero.
    """
    from scipy.special import stdtr

    a, b = sd_a**2 / n, sd_b**2 / n
    freedom = (a + b) ** 2 / ((a**2 + b**2) / (n - 1))
    return float(2 * stdtr(freedom, -abs(gain) / math.sqrt(a + b)))


def implied_n(gain: float, sd_a: float, sd_b: float, p: float) -> float | None:
    """The smallest number of values per arm, a real number from 2, with which Welch's p is as small as `p`. None where no number is."""
    if gain == 0 or welch_p(gain, sd_a, sd_b, LARGEST) > p:
        return None
    if welch_p(gain, sd_a, sd_b, 2) <= p:
        return 2.0
    low, high = 2.0, LARGEST
    for _ in range(80):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if welch_p(gain, sd_a, sd_b, middle) > p else (low, middle)
    return math.sqrt(low * high)
