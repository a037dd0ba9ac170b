"""Interactions and stability: gain against log N or noise, ratio of standard deviations, the N that a baseline needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

from reports.statistics.interval import Interval


@dataclass(frozen=True)
class Slope:
    """One slope per split, t-test over splits. None where it cannot be told (`state`).

    Args:
        interval: mean slope; gain per decade of N (`against_shots`) or per unit of noise level (`against_noise`).
        sign: share of splits with a positive slope.
    """

    x: str
    n: int
    state: str
    interval: Interval | None
    p: float | None
    slopes: tuple[float, ...]
    sign: float | None


@dataclass(frozen=True)
class SpreadRatio:
    """Standard deviation of the method over that of the baseline, on pairs (Pitman 1939, Morgan 1939).

    Args:
        interval: the ratio with its interval.
        p: two-sided p for equal spreads; None with `state` where n < 3 or one arm has no spread.
    """

    n: int
    state: str
    sd_method: float | None
    sd_baseline: float | None
    correlation: float | None
    interval: Interval | None
    p: float | None


@dataclass(frozen=True)
class Match:
    """The N with which the baseline reaches the method's score at `method_n`.

    Args:
        state: `ok`, `at most the smallest N`, `beyond the largest N` or why not.
        interval: that N, found on the baseline's curve over log N; open ends are infinite or 0.
        factor: that N over `method_n`, with the same interval.
    """

    method_n: float
    target: float | None
    state: str
    interval: Interval | None
    factor: Interval | None


def gain_against_shots(gains: Mapping[float, ArrayLike], *, level: float = 0.95) -> Slope:
    """Slope of the gain over log10 N. `gains`: N -> paired gain of each split [splits], the same splits in the same order."""
    raise NotImplementedError


def gain_against_noise(gains: Mapping[float, ArrayLike], *, level: float = 0.95) -> Slope:
    """Slope of the gain over the noise level. `gains`: level -> paired gain of each split [splits]."""
    raise NotImplementedError


def spread_ratio(a: ArrayLike, b: ArrayLike, *, level: float = 0.95, unit: str = "(split, seed) pair") -> SpreadRatio:
    """Pitman-Morgan test and interval for sd(a) / sd(b) on pairs."""
    raise NotImplementedError


def matching_n(
    method: ArrayLike, method_n: float, baseline: Mapping[float, ArrayLike], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Match:
    """The N that the baseline needs to match the method at `method_n`, splits resampled jointly over all N.

    Args:
        method: scores [splits] of the method at `method_n`.
        baseline: N -> scores [splits] of the baseline, the same splits in the same order.
    """
    raise NotImplementedError
