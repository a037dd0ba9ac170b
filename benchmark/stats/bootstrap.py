"""Percentile intervals of a bootstrap, with their level moved for few units."""

from __future__ import annotations

import math


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
