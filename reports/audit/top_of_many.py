"""The top k of many runs by validation score: what keeping only them does to test scores, in closed form for normal scores."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

STEPS, REACH = 4000, 8.0


class KeptRuns(NamedTuple):
    """Standardised validation scores of the kept runs: their expected mean and expected sample variance."""

    mean: float
    variance: float


@cache
def kept(keep: int, of: int) -> KeptRuns:
    """The best `keep` of `of` independent standard normal values.

    Given the largest value that is not kept, t, the kept ones are independent draws above t: mean h(t) and variance
    1 + t h(t) - h(t)^2, where h is the normal hazard. Both are averaged over the density of t by Simpson's rule.
    """
    if keep == of:
        return KeptRuns(0.0, 1.0)
    count = math.factorial(of) // (math.factorial(of - keep - 1) * math.factorial(keep))
    mean = variance = 0.0
    for step in range(STEPS + 1):
        t = REACH * (2 * step / STEPS - 1)
        above, density = math.erfc(t / math.sqrt(2)) / 2, math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
        simpson = (1 if step in (0, STEPS) else 4 if step % 2 else 2) * 2 * REACH / STEPS / 3
        weight = simpson * count * (1 - above) ** (of - keep - 1) * above**keep * density
        hazard = density / above
        mean, variance = mean + weight * hazard, variance + weight * (1 + t * hazard - hazard**2)
    return KeptRuns(mean, variance)


def shrinkage(keep: int, of: int, correlation: float) -> float:
    """Standard deviation of the kept runs' test scores as a share of that of all runs. `correlation`: of validation and test score."""
    return math.sqrt(correlation**2 * kept(keep, of).variance + 1 - correlation**2)


def lift(spread: float, keep: int, of: int, correlation: float) -> float:
    """By how much selection raises an arm's expected mean above that of all its runs, given the spread of the kept ones."""
    return correlation * kept(keep, of).mean * spread / shrinkage(keep, of, correlation)
