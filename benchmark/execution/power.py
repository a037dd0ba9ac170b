"""What a paired t-test can find: the arithmetic of a design before it is run. What was found afterwards is the reports' business."""

from __future__ import annotations

import math
from functools import lru_cache

ALPHA, POWER = 0.05, 0.8


@lru_cache(maxsize=1024)
def smallest_difference(pairs: int, level: float, power: float = POWER) -> float | None:
    """The smallest mean difference, in standard deviations of the paired differences, that a two-sided paired t-test of `pairs` pairs
    finds at `level` with this power. None for fewer than two pairs."""
    from scipy.optimize import brentq
    from scipy.stats import nct, t

    if pairs < 2:
        return None
    edge = float(t.ppf(1 - level / 2, pairs - 1))

    def missing(difference: float) -> float:
        return float(nct.cdf(edge, pairs - 1, difference * math.sqrt(pairs))) - (1 - power)

    high = (edge + 1) / math.sqrt(pairs)
    while missing(high) > 0 and high < 1e6:
        high *= 2
    return float(brentq(missing, 0.0, high, xtol=1e-6))


def upper_spread(sd: float, pairs: int, confidence: float = 0.8) -> float:
    """The upper confidence limit of a standard deviation that was seen on few pairs: what a pilot's spread may well be in truth."""
    from scipy.stats import chi2

    return sd * math.sqrt((pairs - 1) / float(chi2.ppf(1 - confidence, pairs - 1)))
