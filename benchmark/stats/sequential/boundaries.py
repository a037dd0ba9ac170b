"""Boundaries of planned looks at one two-sided comparison, as p-values, by the recursion over looks of Armitage, McPherson and Rowe (1969).

With information fraction t the standardized sum B(t) = Z sqrt(t) is a Brownian motion seen at the looks. The density of B on the paths that
went on so far is carried from look to look by Gauss-Legendre quadrature (Jennison and Turnbull 2000, chapter 19).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.stats.sequential.error_spending import Spending, spent

NODES = 96  # of the quadrature on each interval
FAR = 9.0  # standard errors beyond which the density is 0 for every purpose
MOST = 1 - 1e-9  # the largest alpha that leaves something to spend
HIGHEST = 40.0  # a boundary on the z scale that nothing crosses
Fractions = tuple[float, ...]


@dataclass(frozen=True)
class FutilityBoundary:
    """From which p on a look ends a comparison as futile.

    Args:
        levels: per look: a two-sided p at or above it ends the comparison; the last one is the efficacy level of the last look.
        drift: expected z at the last look of the effect that the looks find with the planned power.
    """

    levels: tuple[float, ...]
    drift: float


@lru_cache(maxsize=4096)
def efficacy_levels(alpha: float, fractions: Fractions, spending: Spending) -> tuple[float, ...]:
    """Two-sided nominal level of each look, such that under the null the chance of p at or below its level by look k is the error spent
    by fraction t_k.

    Args:
        alpha: two-sided error over all looks.
        fractions: share of the planned data at each look, rising, the last one 1.

    Raises:
        UserError: fractions that do not rise to 1, or an alpha outside (0, 1).
    """
    from scipy.special import ndtr

    rising = all(a < b for a, b in zip((0.0, *fractions), fractions, strict=False))
    if not (0 < alpha < 1 and rising and fractions and math.isclose(fractions[-1], 1.0)):
        raise UserError(
            f"Looks at the fractions {fractions} with alpha {alpha} were given.",
            "Fractions that rise to 1, alpha between 0 and 1.",
            "Correct them.",
        )
    return tuple(float(2 * ndtr(-z)) for z in _efficacy_z(alpha, fractions, spending))


@lru_cache(maxsize=1024)
def futility_levels(
    alpha: float, fractions: Fractions, spending: Spending, beta_spending: Spending, power: float = 0.8
) -> FutilityBoundary:
    """Non-binding futility: under the effect that is found with `power`, the chance of having ended as futile by look k is what
    `beta_spending` allows of 1 - power by then (Pampallona, Tsiatis and Kim 2001).

    The efficacy levels are computed as if nothing ever ended as futile, so they hold whether or not the rule is followed. The drift is the
    one at which both boundaries meet at the last look.

    Args:
        alpha, fractions, spending: as in `efficacy_levels`.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr

    efficacy = _efficacy_z(alpha, fractions, spending)

    def gap(drift: float) -> float:
        lower = _futility_z(efficacy, fractions, drift, (beta_spending, 1 - power))
        return lower[-1] - efficacy[-1] if len(lower) == len(fractions) else HIGHEST

    drift = float(brentq(gap, 1e-3, 3 * HIGHEST, xtol=1e-9))
    lower = _futility_z(efficacy, fractions, drift, (beta_spending, 1 - power))[:-1]
    return FutilityBoundary(tuple(float(2 * ndtr(-z)) for z in (*lower, efficacy[-1])), drift)


def sequential_p(p: float, look: int, fractions: Fractions, spending: Spending) -> float:
    """The smallest alpha with which a look (from 0) at p would have ended the comparison: a p-value that is valid however and whenever the
    looks stopped (Liu and Anderson 2008).

    It is at or below alpha only where p is at or below the level of its look under alpha, which happens at any look with probability at
    most alpha.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    if p <= 0:
        return 0.0
    wanted, so_far = float(-ndtri(p / 2)), fractions[: look + 1]  # the level of a look does not depend on later ones

    def gap(log_alpha: float) -> float:
        return _efficacy_z(min(math.exp(log_alpha), MOST), so_far, spending)[-1] - wanted

    return 1.0 if gap(0.0) >= 0 else float(math.exp(brentq(gap, math.log(p) - 1e-9, 0.0, xtol=1e-8)))


def _efficacy_z(alpha: float, fractions: Fractions, spending: Spending) -> list[float]:
    from scipy.special import ndtr

    paths, before, found = _START, 0.0, []
    for fraction in fractions:
        total = spent(spending, alpha, fraction)
        step = math.sqrt(fraction - paths.fraction)

        def crossed(z: float, paths: _Paths = paths, edge: float = math.sqrt(fraction), step: float = step) -> float:
            outside = ndtr((-z * edge - paths.at) / step) + ndtr((paths.at - z * edge) / step)
            return float(paths.mass @ outside)

        z = _root(crossed, total - before)
        found.append(z)
        paths, before = paths.moved(fraction, [(-min(z, FAR), min(z, FAR))]), total
    return found


def _futility_z(efficacy: list[float], fractions: Fractions, drift: float, spending: tuple[Spending, float]) -> list[float]:
    """Futility boundaries at a drift; ends early where one reaches the efficacy boundary of its look."""
    from scipy.special import ndtr

    paths, before, found = _START, 0.0, []
    for z, fraction in zip(efficacy, fractions, strict=True):
        total = spent(*spending, fraction)
        expected = paths.at + drift * (fraction - paths.fraction)

        def inside(low: float, paths: _Paths = paths, e: NDArray[float64] = expected, edge: float = math.sqrt(fraction)) -> float:
            step = edge if paths.fraction == 0 else math.sqrt(edge**2 - paths.fraction)
            return float(paths.mass @ (ndtr((low * edge - e) / step) - ndtr((-low * edge - e) / step)))

        low = _root(inside, total - before, falling=False)
        found.append(low)
        if low >= z:
            break
        high = min(z, FAR + drift * math.sqrt(fraction))
        paths, before = paths.moved(fraction, [(-high, -low), (low, high)], drift), total
    return found


def _root(chance: Callable[[float], float], target: float, *, falling: bool = True) -> float:
    """The z at which a chance that falls (or rises) with z reaches the target; 0 or the highest where it does so nowhere."""
    from scipy.optimize import brentq

    sign = 1.0 if falling else -1.0
    if sign * (chance(HIGHEST) - target) >= 0:
        return HIGHEST
    return 0.0 if sign * (chance(0.0) - target) <= 0 else float(brentq(lambda z: chance(z) - target, 0.0, HIGHEST, xtol=1e-11))


@lru_cache(maxsize=1)
def _quadrature() -> tuple[NDArray[float64], NDArray[float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


@dataclass(frozen=True)
class _Paths:
    """The paths that no look has ended: B at a fraction, as nodes with their probability mass."""

    fraction: float
    at: NDArray[float64]
    mass: NDArray[float64]

    def moved(self, fraction: float, within: list[tuple[float, float]], drift: float = 0.0) -> _Paths:
        """The paths at the next look that stay within some intervals of the z scale."""
        variance, edge = fraction - self.fraction, math.sqrt(fraction)
        nodes, weights = _quadrature()
        at = np.concatenate([edge * ((low + high) / 2 + (high - low) / 2 * nodes) for low, high in within])
        weight = np.concatenate([edge * (high - low) / 2 * weights for low, high in within])
        distance = at[:, None] - self.at - drift * variance
        density = np.exp(-(distance**2) / (2 * variance)) @ self.mass / math.sqrt(2 * math.pi * variance)
        return _Paths(fraction, at, weight * density)


_START = _Paths(0.0, np.zeros(1), np.ones(1))
