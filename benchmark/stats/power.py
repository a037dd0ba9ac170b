"""What a design can find: reach under Holm, smallest detectable difference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

ALPHA = 0.05
FAR = 30.0  # standard errors
NO_OTHER_SIDE = 6.0


@dataclass(frozen=True)
class Reach:
    """Whether a design can reach the level at all.

    Args:
        test: `t`, `sign-flip` or `wilcoxon`.
        smallest_p: the smallest two-sided p that n pairs can give: 0 for the t-test, 2 / 2^n for the others; None where the test does
            not exist for n.
        threshold: alpha / m, what the first step of Holm asks for.
        reachable: smallest_p <= threshold.
        needed: the smallest n that can reach the threshold.
    """

    test: str
    n: int
    smallest_p: float | None
    threshold: float
    reachable: bool
    needed: int

    def __str__(self) -> str:
        if self.reachable:
            return f"{self.test}: n = {self.n} can reach {self.threshold:.2g}"
        return f"{self.test}: n = {self.n} cannot reach {self.threshold:.2g}; {self.needed} pairs could"


def rank_reach(n: int, *, cells: int = 1, alpha: float = 0.05, test: str = "sign-flip") -> Reach:
    """Whether a rank or sign-flip test of `n` pairs can reach alpha under Holm over `cells` comparisons: 2 / 2^n <= alpha / cells."""
    threshold = alpha / cells
    smallest = 2.0 ** (1 - n) if n >= 1 else None
    needed = 1 + math.ceil(math.log2(1 / threshold) - 1e-12)
    return Reach(test, n, smallest, threshold, smallest is not None and smallest <= threshold, needed)


def t_reach(n: int, *, cells: int = 1, alpha: float = 0.05) -> Reach:
    """Whether a paired t-test of `n` pairs can reach alpha under Holm: it exists from n = 3 and has no smallest p."""
    return Reach("t", n, 0.0 if n >= 3 else None, alpha / cells, n >= 3, 3)


def t_power(difference: float, sd: float, n: int, *, alpha: float = 0.05, factor: float | None = None) -> float:
    """Power of the two-sided paired t-test (noncentral t); 0 for n < 2.

    Args:
        difference, sd: true mean and standard deviation of the differences, sd > 0.
        factor: variance of the mean over s^2, 1 / n where None.
    """
    from scipy.stats import chi2, nct, t

    if n < 2:
        return 0.0
    shift = difference / (sd * math.sqrt(1 / n if factor is None else factor))
    edge = t.ppf(1 - alpha / 2, n - 1)
    if abs(shift) > FAR:  # only the spread of s matters there, and scipy's noncentral t gives NaN
        return float(chi2.cdf((n - 1) * (shift / edge) ** 2, n - 1))
    other = float(nct.cdf(-edge, n - 1, abs(shift))) if abs(shift) < NO_OTHER_SIDE else 0.0
    if math.isnan(other):  # scipy gives NaN where it is below 1e-15
        other = 0.0
    return float(nct.sf(edge, n - 1, abs(shift))) + other


def smallest_detectable(sd: float, n: int, *, alpha: float = 0.05, power: float = 0.8, factor: float | None = None) -> float | None:
    """The smallest mean difference that a paired t-test finds with this power, in the unit of `sd`; None for n < 2 or sd = 0.

    Args:
        sd: sample standard deviation of the differences.
        factor: variance of the mean over s^2, 1 / n where None.
    """
    return sd * _in_sds(n, alpha, power, factor) if n > 1 and sd > 0 else None


@lru_cache(maxsize=1024)
def _in_sds(n: int, alpha: float, power: float, factor: float | None) -> float:
    """The smallest detectable difference for sd = 1."""
    from scipy.optimize import brentq

    high = 1.0
    while t_power(high, 1.0, n, alpha=alpha, factor=factor) < power:
        high *= 2
    return float(brentq(lambda d: t_power(d, 1.0, n, alpha=alpha, factor=factor) - power, 0.0, high, xtol=1e-6))


def upper_spread(sd: float, pairs: int, confidence: float = 0.8) -> float:
    """The upper confidence limit of a standard deviation that was seen on few pairs: what a pilot's spread may well be in truth."""
    from scipy.stats import chi2

    return sd * math.sqrt((pairs - 1) / float(chi2.ppf(1 - confidence, pairs - 1)))


FEW = 6  # pairs below which a standard deviation is too vague for one number


@dataclass(frozen=True)
class DetectableRange:
    """The smallest difference that a comparison finds, as a range: one number from six pairs on. Infinite where a score cannot rise by so
    much."""

    low: float
    high: float


def detectable_range(detectable: float, n: int, room: float) -> DetectableRange:
    """The smallest detectable difference with what is known of the spread that it rests on.

    Args:
        detectable: with the sample standard deviation, from `smallest_detectable`.
        n: pairs; below six the 80 % limits of the standard deviation take its place.
        room: the largest difference that the scale allows: 1 minus the baseline's mean for scores that end at 1.
    """
    from scipy.special import chdtri

    factors = (1.0, 1.0) if n >= FEW else (math.sqrt((n - 1) / chdtri(n - 1, 0.2)), math.sqrt((n - 1) / chdtri(n - 1, 0.8)))
    low, high = (detectable * factor for factor in factors)
    return DetectableRange(low if low <= room else math.inf, high if high <= room else math.inf)


def pairs_for(effect: float, sd: float, *, alpha: float = ALPHA, power: float = 0.8, most: int = 10_000) -> int | None:
    """The fewest pairs with which a two-sided paired t-test finds a mean difference of `effect` with this power; None above `most`.

    Args:
        sd: standard deviation of the paired differences, for a plan the upper limit of what a pilot showed (`upper_spread`).
    """
    return fewest_pairs(lambda n: t_power(effect, sd, n, alpha=alpha) >= power, 2, most) if sd > 0 else 3


def pairs_for_equivalence(margin: float, sd: float, *, error: float = 0.0, alpha: float = ALPHA, power: float = 0.8) -> int | None:
    """The fewest pairs with which two one-sided tests at `margin` succeed with this power where the true difference is zero; None where no
    number up to 10,000 does.

    Args:
        sd: standard deviation of the paired differences.
        error: standard error of the other side, which more pairs of ours do not lower.
    """
    from scipy.special import stdtrit

    def enough(n: int) -> bool:
        edge = float(stdtrit(n - 1, 1 - alpha) + stdtrit(n - 1, (1 + power) / 2))
        return edge * math.sqrt(sd**2 / n + error**2) <= margin

    return fewest_pairs(enough, 2, 10_000)


def fewest_pairs(enough: Callable[[int], bool], low: int, most: int) -> int | None:
    """The smallest number above `low` that is enough, if more never are too few; None above `most`."""
    high = low + 1
    while not enough(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
