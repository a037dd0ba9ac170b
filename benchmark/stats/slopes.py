"""Interactions: gain against log N or against the noise level, one slope per split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval
from benchmark.stats.paired import ComparisonSettings, ComparisonState, compare

STATES = {
    ComparisonState.SINGLE: "one split: no spread",
    ComparisonState.TWO: "two splits: interval, no test",
    ComparisonState.IDENTICAL: "no slope in any split",
    ComparisonState.CONSTANT: "the same slope in every split",
}


@dataclass(frozen=True)
class Slope:
    """One slope per split, t-test over splits. None where it cannot be estimated (`state`).

    Args:
        interval: mean slope; gain per decade of N (`against_shots`) or per unit of noise level (`against_noise`).
        sign: share of splits with a positive slope.
        detectable: the smallest mean slope that these splits would have found (power .8, level .05).
    """

    x: str
    n: int
    state: str
    interval: Interval | None
    p: float | None
    slopes: tuple[float, ...]
    sign: float | None
    detectable: float | None = None


def gain_against_shots(gains: Mapping[float, ArrayLike], *, level: float = 0.95) -> Slope:
    """Slope of the gain over log10 N. `gains`: N -> paired gain of each split [splits], the same splits in the same order.

    Raises:
        UserError: different numbers of splits, or an N that is not positive.
    """
    if any(n <= 0 for n in gains):
        raise UserError(f"N = {min(gains)} has no logarithm.", "Positive numbers of examples.", "Leave it out.")
    return _slope("log10 N", np.log10(list(gains)), gains, level)


def gain_against_noise(gains: Mapping[float, ArrayLike], *, level: float = 0.95) -> Slope:
    """Slope of the gain over the noise level. `gains`: level -> paired gain of each split [splits].

    Raises:
        UserError: different numbers of splits.
    """
    return _slope("noise level", np.array(list(gains), dtype=float), gains, level)


def _slope(name: str, x: NDArray[float64], gains: Mapping[float, ArrayLike], level: float) -> Slope:
    y = curves(gains)
    if x.size < 2 or np.ptp(x) == 0:
        return Slope(name, y.shape[1], f"a slope needs two points on {name}", None, None, (), None)
    centred = x - x.mean()
    slopes = centred @ y / (centred @ centred)
    found = compare(slopes, np.zeros_like(slopes), unit="split", settings=ComparisonSettings(level=level))
    sign = found.won if found.n else None
    return Slope(
        name,
        found.n,
        STATES.get(found.state, found.state.value),
        found.interval,
        found.p,
        tuple(float(b) for b in slopes),
        sign,
        found.detectable,
    )


def curves(values: Mapping[float, ArrayLike]) -> NDArray[float64]:
    """The table [points, splits]; UserError where points have different numbers of splits."""
    rows = [np.atleast_1d(np.asarray(row, dtype=float)) for row in values.values()]
    if not rows or len({row.shape for row in rows}) != 1 or not np.isfinite(rows).all():
        raise UserError(
            "The points have different numbers of splits, or scores that are not finite.",
            "The same splits, in the same order, at each point.",
            "Leave out splits that miss a point, and say so.",
        )
    return np.array(rows)
