"""Intervals that state their level, unit and method: the t interval of a mean, and the level of bootstrap percentiles for few units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Interval:
    """A value and its interval.

    Args:
        value: the estimate, in the unit of the data.
        low, high: the ends; infinite where one side is open.
        level: coverage aimed at, such as .95.
        unit: what was taken as independent or was resampled (`split`, `split x test example`).
        n: how many of them.
        method: how the ends were found.
    """

    value: float
    low: float
    high: float
    level: float
    unit: str
    n: int
    method: str

    def excludes(self, value: float = 0.0) -> bool:
        """Whether `value` lies outside."""
        return value < self.low or value > self.high

    def times(self, factor: float) -> Interval:
        """The same interval in another unit, such as percent for shares."""
        low, high = sorted((self.low * factor, self.high * factor))
        return replace(self, value=self.value * factor, low=low, high=high)

    def __str__(self) -> str:
        ends = f"[{self.low:.4g}, {self.high:.4g}]"
        return f"{self.value:.4g} {ends} ({self.level:.0%}, {self.method}, n = {self.n}, unit: {self.unit})"


def t_interval(
    values: ArrayLike, *, level: float = 0.95, unit: str = "split", variance_factor: float | None = None, method: str = "t"
) -> Interval | None:
    """The t interval of a mean, mean +- t(n - 1) * s * sqrt(factor); None for fewer than two values.

    Args:
        values: one value per independent unit.
        variance_factor: variance of the mean over s^2; 1 / n where None. A larger one is Nadeau and Bengio's (`pairing.PairedUnits`).
    """
    from scipy.special import stdtrit

    x = np.asarray(values, dtype=float)
    if x.size < 2:
        return None
    factor = 1 / x.size if variance_factor is None else variance_factor
    half = float(stdtrit(x.size - 1, (1 + level) / 2)) * float(x.std(ddof=1)) * math.sqrt(factor)
    mean = float(x.mean())
    named = method if variance_factor is None or math.isclose(factor, 1 / x.size) else f"{method}, Nadeau-Bengio variance"
    return Interval(mean, mean - half, mean + half, level, unit, int(x.size), named)


def nominal_level(level: float, freedom: float, shrunk: float) -> float:
    """The level whose percentiles cover `level` (Hesterberg 2015, for one sample): t in place of normal quantiles, and room for the
    variance that resampling n units loses.

    Args:
        level: coverage aimed at.
        freedom: degrees of freedom of the variance.
        shrunk: bootstrap variance over the unbiased one; (n - 1) / n is expected for one sample. 0 leaves the level as it is.
    """
    from scipy.stats import norm, t

    if shrunk <= 0:
        return level
    return float(1 - 2 * norm.sf(t.ppf((1 + level) / 2, freedom) / math.sqrt(shrunk)))


@dataclass(frozen=True)
class Estimate:
    """An estimate whose error has a t distribution: its interval, and tests against any value or margin.

    Where the error is 0 (scores without any spread), the value itself is compared: p is 0 or 1.

    Args:
        value: the estimate.
        error: its standard error.
        freedom: degrees of freedom of the error.
        unit: what was taken as independent.
        n: how many of them.
        method: how value and error were found.
    """

    value: float
    error: float
    freedom: float
    unit: str
    n: int
    method: str

    def interval(self, level: float = 0.95) -> Interval:
        """The t interval."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return Interval(self.value, self.value - half, self.value + half, level, self.unit, self.n, self.method)

    def p_greater(self, than: float = 0.0) -> float:
        """One-sided p for a true value above `than`."""
        from scipy.special import stdtr

        if self.error == 0:
            return float(self.value <= than)
        return float(stdtr(self.freedom, (than - self.value) / self.error))

    def p_less(self, than: float = 0.0) -> float:
        """One-sided p for a true value below `than`."""
        return replace(self, value=-self.value).p_greater(-than)

    def p(self, of: float = 0.0) -> float:
        """Two-sided p for a true value other than `of`."""
        return min(1.0, 2 * min(self.p_greater(of), self.p_less(of)))

    def p_equivalence(self, margin: float, around: float = 0.0) -> float:
        """The larger p of the two one-sided tests for a true value within `margin` of `around` (Schuirmann 1987)."""
        return max(self.p_greater(around - margin), self.p_less(around + margin))
