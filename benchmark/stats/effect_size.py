"""Sizes of a paired difference."""

from __future__ import annotations

import math

import numpy as np
from numpy import float64
from numpy.typing import NDArray


def hedges_g(a: NDArray[float64], b: NDArray[float64]) -> float | None:
    """Mean difference over the root mean square of both standard deviations (ddof 1), times the small-sample correction
    1 - 3 / (4 (2n - 2) - 1) = 1 - 3 / (8n - 9). None where neither arm has spread, or n < 2."""
    if a.size < 2:
        return None
    pooled = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    return float((a.mean() - b.mean()) / pooled * (1 - 3 / (8 * a.size - 9))) if pooled > 0 else None


def shares(differences: NDArray[float64]) -> tuple[float, float, float] | tuple[None, None, None]:
    """Shares of pairs won, lost and tied (equal to 12 decimals); None for no pair."""
    if not differences.size:
        return None, None, None
    d = np.round(differences, 12)
    return float((d > 0).mean()), float((d < 0).mean()), float((d == 0).mean())
