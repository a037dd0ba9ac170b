"""Spending functions: how much of an error rate may be used up by the time a share of the data is there (Lan and DeMets 1983)."""

from __future__ import annotations

import math
from typing import Literal, get_args

from benchmark.errors import unknown

Spending = Literal["pocock", "obrien-fleming"]


def spent(spending: Spending, total: float, fraction: float) -> float:
    """The error used up at an information fraction: 0 at fraction 0, `total` at fraction 1, rising in both.

    `pocock`: total * ln(1 + (e - 1) fraction), which gives every look a similar level. `obrien-fleming`: each of the two sides spends
    2 - 2 Phi(z(total / 4) / sqrt(fraction)), next to nothing at early looks.

    Raises:
        UserError: no such spending function.
    """
    from scipy.special import ndtr, ndtri

    if spending not in get_args(Spending):
        raise unknown("spending function", spending, get_args(Spending))
    if fraction <= 0:
        return 0.0
    if spending == "pocock":
        return total * math.log(1 + (math.e - 1) * min(fraction, 1.0))
    return float(4 * ndtr(ndtri(total / 4) / math.sqrt(min(fraction, 1.0))))
