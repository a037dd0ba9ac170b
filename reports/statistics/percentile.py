"""Percentile intervals of a bootstrap, with their level moved out for few units."""

from __future__ import annotations

import math


def nominal_level(level: float, freedom: float, shrunk: float) -> float:
    """The level whose percentiles cover `level` (Hesterberg 2015, for one sample): t in place of normal quantiles, and room for the
    variance that resampling n units loses.

    Args:
        level: coverage aimed at.
        freedom: degrees of freedom of the variance.
        shrunk: expected bootstrap variance over the unbiased one; (n - 1) / n for one sample.
    """
    from scipy.stats import norm, t

    return float(1 - 2 * norm.sf(t.ppf((1 + level) / 2, freedom) / math.sqrt(shrunk)))
