"""The number of examples with which a baseline matches a method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval, nominal_level
from benchmark.stats.slopes import curves


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


def matching_n(
    method: ArrayLike, method_n: float, baseline: Mapping[float, ArrayLike], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Match:
    """The N that the baseline needs to match the method at `method_n`, splits resampled jointly over all N.

    The baseline's mean curve is made non-decreasing (isotonic regression) and read off linearly between points in log N. Outside the
    points nothing is extrapolated: the N is then `at most the smallest` (0 in the interval) or `beyond the largest` (infinite).

    Args:
        method: scores [splits] of the method at `method_n`.
        baseline: N -> scores [splits] of the baseline, the same splits in the same order.

    Raises:
        UserError: different numbers of splits.
    """
    sizes = np.array(sorted(baseline), dtype=float)
    table, ours = curves({n: baseline[n] for n in sorted(baseline)}), np.asarray(method, dtype=float)
    if ours.shape != table.shape[1:]:
        raise UserError(f"The method has {ours.size} splits, the baseline {table.shape[1]}.", "The same splits.", "Pair them first.")
    target = float(ours.mean())
    value = float(_crossings(np.log(sizes), table.mean(axis=1)[None], np.array([target]))[0])
    state = _state(value, sizes)
    if ours.size < 3:
        return Match(method_n, target, f"{state}; fewer than three splits, no interval", None, None)
    drawn = np.random.default_rng(seed).integers(ours.size, size=(resamples, ours.size))
    found = _crossings(np.log(sizes), table[:, drawn].mean(axis=2).T, ours[drawn].mean(axis=1))
    nominal = nominal_level(level, ours.size - 1, (ours.size - 1) / ours.size)
    low, high = np.quantile(found, [(1 - nominal) / 2, (1 + nominal) / 2], method="nearest")
    name = f"bootstrap over splits, expanded percentile, {resamples} resamples"
    ends = Interval(_number(value), _number(float(low)), _number(float(high)), level, "split", int(ours.size), name)
    return Match(method_n, target, state, ends, ends.times(1 / method_n))


def _crossings(x: NDArray[float64], curves: NDArray[float64], targets: NDArray[float64]) -> NDArray[float64]:
    """log N at which each non-decreasing curve [curves, points] first reaches its target; -inf at or under its start, inf over its end."""
    y = _isotonic(curves)
    rows, after = np.arange(len(y)), np.argmax(y >= targets[:, None], axis=1)
    before = np.maximum(after - 1, 0)
    rise = y[rows, after] - y[rows, before]
    share = np.divide(targets - y[rows, before], rise, out=np.zeros(len(y)), where=rise > 0)
    inside = x[before] + (x[after] - x[before]) * share
    return np.where(targets <= y[:, 0], -np.inf, np.where(targets > y[:, -1], np.inf, inside))


def _isotonic(curves: NDArray[float64]) -> NDArray[float64]:
    """The nearest non-decreasing curve of each row: at i the largest over a <= i of the smallest mean of a .. b over b >= i."""
    points = curves.shape[1]
    sums = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(curves, axis=1)], axis=1)
    at = np.arange(points)
    means = (sums[:, None, 1:] - sums[:, :-1, None]) / np.maximum(at[None, :] - at[:, None] + 1, 1)  # [curves, a, b]
    parts = [means[:, : i + 1, i:].min(axis=2).max(axis=1) for i in range(points)]
    return np.maximum.accumulate(np.stack(parts, axis=1), axis=1)  # rounding must not make a fall


def _state(value: float, sizes: NDArray[float64]) -> str:
    if math.isfinite(value):
        return "ok"
    return f"at most the smallest N, {sizes[0]:g}" if value < 0 else f"beyond the largest N, {sizes[-1]:g}"


def _number(log_n: float) -> float:
    """N from its logarithm: 0 and infinity at the ends."""
    return math.exp(log_n)
