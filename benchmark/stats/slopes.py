"""Interactions: gain against log N or against the noise level, one slope per split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval
from benchmark.stats.paired import ComparisonSettings, ComparisonState, compare, paired_p

STATES = {
    ComparisonState.SINGLE: "one split: no spread",
    ComparisonState.TWO: "two splits: interval, no test",
    ComparisonState.IDENTICAL: "no slope in any split",
    ComparisonState.CONSTANT: "the same slope in every split",
}


@dataclass(frozen=True)
class LineFit:
    """Whether the means at the points lie on a straight line: a test for lack of fit.

    Args:
        p: of Hotelling's T^2 test that every departure from a line is zero, splits as units; None where it cannot be made (`state`).
        departure: the mean's largest distance from the fitted line, in the unit of the gains, with its sign, and the point where it is.
        at: that point.
        contrasts: departures that were tested together: points - 2, or 1 (the curvature) where splits are too few for all of them.
    """

    p: float | None
    departure: float
    at: float
    contrasts: int
    state: str

    def fails(self, alpha: float = 0.05) -> bool:
        """Whether the test for lack of fit rejects the line."""
        return self.p is not None and self.p <= alpha


@dataclass(frozen=True)
class Slope:
    """One slope per split, t-test over splits. None where it cannot be estimated (`state`).

    Args:
        interval: mean slope; gain per decade of N (`against_shots`) or per unit of noise level (`against_noise`).
        sign: share of splits with a positive slope.
        detectable: the smallest mean slope that these splits would have found (power .8, level .05).
        fit: whether a straight line describes the means; None with two points.
    """

    x: str
    n: int
    state: str
    interval: Interval | None
    p: float | None
    slopes: tuple[float, ...]
    sign: float | None
    detectable: float | None = None
    fit: LineFit | None = None


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
        line_fit(x, y),
    )


def line_fit(x: NDArray[float64], y: NDArray[float64]) -> LineFit | None:
    """The test for lack of fit of a straight line through the means of y [points, splits] over x [points]; None for two points.

    Within each split the departures from its own line are points - 2 orthogonal contrasts (polynomials from the second degree on). Their
    means over splits are zero where the true means lie on a line, whatever the correlation of the points within a split: Hotelling's T^2,
    as F with (contrasts, splits - contrasts) degrees of freedom (Hotelling 1931). With fewer than three splits more than contrasts, the
    curvature alone is tested, by its t.
    """
    points, n = y.shape
    if points < 3:
        return None
    mean = y.mean(axis=1)
    centred = (x - x.mean()) / np.ptp(x)
    away = mean - mean.mean() - centred * float(centred @ mean) / float(centred @ centred)
    worst = int(np.argmax(np.abs(away)))
    contrasts = np.linalg.qr(np.vander(centred, points, increasing=True))[0][:, 2:]
    several = n >= points + 1
    z = contrasts.T @ y if several else contrasts[:, :1].T @ y
    p, state = _zero_means(z)
    return LineFit(p, float(away[worst]), float(x[worst]), len(z), state)


def _zero_means(z: NDArray[float64]) -> tuple[float | None, str]:
    """p of the test that the means of z [contrasts, splits] are all zero, and why there is none."""
    from scipy.special import fdtrc

    q, n = z.shape
    if q == 1:
        p, _ = paired_p(z[0])
        return p, "ok" if p is not None else "fewer than three splits"
    spread = np.atleast_2d(np.cov(z))
    if np.linalg.matrix_rank(spread) < q:
        return None, "departures without spread"
    means = z.mean(axis=1)
    statistic = n * float(means @ np.linalg.solve(spread, means))
    return float(fdtrc(q, n - q, statistic * (n - q) / (q * (n - 1)))), "ok"


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
