"""Where the variance of a score, or of a gain, comes from: split, initialisation, order and the rest, in a crossed design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval

FACTORS = ("split", "init", "order")
SOURCES = ("split", "init", "order", "split:init", "split:order", "init:order", "residual")


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of the random effects of a crossed design, in squared units of the scores.

    Args:
        levels: factor -> number of its levels.
        components: source -> variance with its interval; a negative ANOVA estimate is set to 0.
    """

    levels: Mapping[str, int]
    components: Mapping[str, Interval]

    @property
    def total(self) -> float:
        """Variance of one run on a new split with a new initialisation and order."""
        return sum(found.value for found in self.components.values())

    @property
    def shares(self) -> dict[str, float]:
        """Source -> its share of the total; all 0 where nothing varies."""
        return {name: found.value / self.total if self.total else 0.0 for name, found in self.components.items()}

    @property
    def between_splits(self) -> float:
        """Variance that all runs on one split share."""
        return self.components["split"].value

    @property
    def within_split(self) -> float:
        """Variance between runs on one split that draw all other random numbers again."""
        return self.total - self.between_splits


@dataclass(frozen=True)
class NextRun:
    """What one more run buys: variance of the mean now, with the run on a new split, and with it on a split that has a run already."""

    now: float
    new_split: float
    new_seed: float


def variance_components(scores: ArrayLike, *, level: float = 0.95, resamples: int = 500, seed: int = 0) -> VarianceComponents:
    """ANOVA estimates of a crossed three-way random-effects model without replication, with parametric bootstrap intervals.

    y_sio = m + S_s + I_i + O_o + (SI)_si + (SO)_so + (IO)_io + e_sio, e with the three-way interaction. Each component is the
    difference of mean squares that has its expectation (Searle, Casella and McCulloch 1992). For the paired gains of two arms in place
    of scores, the components are those of method x source.

    Args:
        scores: [splits, inits, orders], two levels or more of each.

    Raises:
        UserError: another shape, or scores that are not finite.
    """
    y = np.asarray(scores, dtype=float)
    if y.ndim != 3 or min(y.shape) < 2 or not np.isfinite(y).all():
        raise UserError(
            f"Scores have the shape {y.shape}, or some are not finite.",
            "A complete table [splits, inits, orders] with two levels or more of each.",
            "Leave out levels that miss a run, and say so.",
        )
    found = np.maximum(_anova(y[None])[0], 0.0)
    drawn = np.maximum(_anova(_simulated(found, (resamples, *y.shape), seed)), 0.0)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    counts = dict(zip(FACTORS, y.shape, strict=True))
    name = f"ANOVA, parametric bootstrap, {resamples} resamples"
    ends = {
        source: Interval(float(found[i]), float(low[i]), float(high[i]), level, "run", int(y.size), name)
        for i, source in enumerate(SOURCES)
    }
    return VarianceComponents(counts, ends)


def next_run(components: VarianceComponents, splits: int) -> NextRun:
    """From `splits` splits with one run each: variance of the best linear mean, and what one more run makes of it."""
    between, within = components.between_splits, components.within_split
    single, double = between + within, between + within / 2
    if single == 0:
        return NextRun(0.0, 0.0, 0.0)
    new_seed = 1 / ((splits - 1) / single + 1 / double) if double else 0.0
    return NextRun(single / splits, single / (splits + 1), new_seed)


def _anova(y: NDArray[float64]) -> NDArray[float64]:
    """Estimates [tables, 7], in the order of `SOURCES`, from tables [tables, splits, inits, orders]; negative ones as they are."""
    sizes = dict(zip((1, 2, 3), y.shape[1:], strict=True))
    grand = y.mean(axis=(1, 2, 3), keepdims=True)
    effect: dict[tuple[int, ...], NDArray[float64]] = {(): grand}
    square: dict[tuple[int, ...], NDArray[float64]] = {}
    for order in (1, 2, 3):
        for axes in combinations((1, 2, 3), order):
            away = tuple(axis for axis in (1, 2, 3) if axis not in axes)
            mean = y.mean(axis=away, keepdims=True) if away else y
            below = [effect[part] for size in range(order) for part in combinations(axes, size)]
            effect[axes] = mean - sum(below[1:], below[0])
            repeats = np.prod([sizes[axis] for axis in away], initial=1.0)
            freedom = np.prod([sizes[axis] - 1 for axis in axes])
            square[axes] = repeats * (effect[axes] ** 2).sum(axis=(1, 2, 3)) / freedom
    rest = square[1, 2, 3]
    two = {axes: (square[axes] - rest) / sizes[({1, 2, 3} - set(axes)).pop()] for axes in combinations((1, 2, 3), 2)}
    one = {}
    for axis in (1, 2, 3):
        pairs = [square[pair] for pair in combinations((1, 2, 3), 2) if axis in pair]
        others = [sizes[other] for other in (1, 2, 3) if other != axis]
        one[axis] = (square[axis,] - pairs[0] - pairs[1] + rest) / (others[0] * others[1])
    return np.stack([one[1], one[2], one[3], two[1, 2], two[1, 3], two[2, 3], rest], axis=1)


def _simulated(components: NDArray[float64], shape: tuple[int, int, int, int], seed: int) -> NDArray[float64]:
    """Tables [tables, splits, inits, orders] with normal effects of these variances."""
    rng = np.random.default_rng(seed)
    crossed = [(1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]
    made = np.zeros(shape)
    for variance, axes in zip(components, crossed, strict=True):
        size = tuple(length if axis == 0 or axis in axes else 1 for axis, length in enumerate(shape))
        made = made + np.sqrt(variance) * rng.standard_normal(size)
    return made
