"""Many repeats of a procedure at once under a known truth: did each err, and what did it cost?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from benchmark.planning.adaptive.stopping_rule import StoppingRule
from benchmark.stats.paired import leans_on_normal
from results.simulations import worlds

ALPHA = 0.05
RULE = StoppingRule()
Rng = np.random.Generator
Flags = NDArray[np.bool_]
Noise = Callable[[Rng, tuple[int, ...]], NDArray[float64]]


@dataclass(frozen=True)
class Batch:
    """What many repeats gave.

    Args:
        erred: one flag per repeat.
        means: name -> mean of some quantity over repeats, such as seeds.
    """

    erred: Flags
    means: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Stopped:
    """How comparisons ended: whether each crossed, its number of seeds, and its mean and standard error there [repeats, comparisons]."""

    crossed: Flags
    number: NDArray[np.int64]
    mean: NDArray[float64]
    error: NDArray[float64]

    @property
    def seeds(self) -> NDArray[np.int64]:
        """Seeds of each comparison at its end."""
        return np.array(RULE.looks)[self.number]


def normal(rng: Rng, shape: tuple[int, ...]) -> NDArray[float64]:
    """Differences in units of their standard deviation."""
    return rng.standard_normal(shape)


def collapsing(rng: Rng, shape: tuple[int, ...]) -> NDArray[float64]:
    """Differences of two arms, each of which falls by 30 points in one run of ten, beside noise of two points."""
    fell = rng.random((2, *shape)) < worlds.COLLAPSE_RATE
    return np.asarray(worlds.SD * rng.standard_normal(shape) + worlds.COLLAPSE * (fell[0].astype(float) - fell[1]))


def stopped(differences: NDArray[float64], *, futility: bool = True, levels: NDArray[float64] | None = None) -> Stopped:
    """Run `--until decided` on differences [repeats, comparisons, seeds], each repeat one suite.

    Args:
        futility: whether comparisons end as futile; otherwise they go on, as if the rule were overruled.
        levels: of each look, in place of the rule's.
    """
    repeats, comparisons, _ = differences.shape
    table = np.array([RULE.levels(left) for left in range(comparisons + 1)])  # [left, looks]
    futile = RULE.futile_from(comparisons)
    going, crossed = np.ones((repeats, comparisons), dtype=bool), np.zeros((repeats, comparisons), dtype=bool)
    number = np.zeros((repeats, comparisons), dtype=np.int64)
    mean, error = np.zeros((2, repeats, comparisons))
    for look, seeds in enumerate(RULE.looks):
        seen = differences[:, :, :seeds]
        now, se = seen.mean(axis=2), seen.std(axis=2, ddof=1) / np.sqrt(seeds)
        p = 2 * stdtr(seeds - 1, -np.abs(now / se))
        for _ in range(comparisons):  # every crossing leaves its share of alpha to the others
            left = comparisons - crossed.sum(axis=1)
            level = np.full(repeats, levels[look]) if levels is not None else table[left, look]
            fresh = going & ~crossed & (p <= level[:, None])
            crossed |= fresh
            if not fresh.any():
                break
        ends = going & (crossed | (futility & (p >= futile[look])) | (look == len(RULE.looks) - 1))
        number[ends], mean[ends], error[ends] = look, now[ends], se[ends]
        going &= ~ends
    return Stopped(crossed, number, mean, error)


def looks(
    rng: Rng, repeats: int, *, comparisons: int = 1, effects: int = 0, effect: float = 0.0, futility: bool = True, noise: Noise = normal
) -> Batch:
    """Any comparison without an effect is called different; the first `effects` comparisons have one, in standard deviations."""
    found = stopped(_drawn(rng, repeats, comparisons, effects, effect, noise), futility=futility)
    return Batch(found.crossed[:, effects:].any(axis=1), {"seeds": float(found.seeds.mean())})


def uncorrected_looks(rng: Rng, repeats: int) -> Batch:
    """Four looks at the level 5 % each: for comparison."""
    found = stopped(_drawn(rng, repeats, 1, 0, 0.0, normal), futility=False, levels=np.full(len(RULE.looks), ALPHA))
    return Batch(found.crossed.any(axis=1), {"seeds": float(found.seeds.mean())})


def looks_power(rng: Rng, repeats: int, *, comparisons: int, planned: float) -> Batch:
    """The first of some comparisons is found; its effect is `planned` times the one that the design is made to find, the others have
    none."""
    effect = planned * RULE.effect(comparisons)
    found = stopped(_drawn(rng, repeats, comparisons, 1, effect, normal))
    rest = {"seeds of the others": float(found.seeds[:, 1:].mean())} if comparisons > 1 else {}
    return Batch(found.crossed[:, 0], {"seeds": float(found.seeds[:, 0].mean()), **rest})


def repeated_interval(rng: Rng, repeats: int, *, effect: float, comparisons: int = 1) -> Batch:
    """The repeated confidence interval at the look that ended a comparison misses the true effect."""
    found = stopped(_drawn(rng, repeats, comparisons, comparisons, effect, normal))
    level = np.array(RULE.levels(1))[found.number]
    half = stdtrit(found.seeds - 1, 1 - level / 2) * found.error
    return Batch((np.abs(found.mean - effect) > half)[:, 0], {"seeds": float(found.seeds.mean())})


def plain_interval(rng: Rng, repeats: int, *, effect: float) -> Batch:
    """What the plain 95 % interval does there: for comparison."""
    found = stopped(_drawn(rng, repeats, 1, 1, effect, normal))
    half = stdtrit(found.seeds - 1, 1 - ALPHA / 2) * found.error
    return Batch((np.abs(found.mean - effect) > half)[:, 0])


def skewed(rng: Rng, repeats: int, *, n: int, sigma: float, ratio: float, warned: bool = False) -> Batch:
    """Two arms with equal means are found different though no warning is printed; scores have a log-normal lower tail, and the method's
    spread is `ratio` times the baseline's.

    Args:
        warned: count findings with a warning too: for comparison.
    """
    a, b = (worlds.skewed(rng, (repeats, n), sigma) for _ in range(2))
    a, b = 70 + worlds.SD * ratio * a, 70 + worlds.SD * b
    d = a - b
    p = 2 * stdtr(n - 1, -np.abs(d.mean(axis=1) / (d.std(axis=1, ddof=1) / np.sqrt(n))))
    warning = np.array([leans_on_normal(x, y) for x, y in zip(a, b, strict=True)])
    return Batch((p <= ALPHA) & (warned | ~warning), {"findings with the warning": float(((p <= ALPHA) & warning).mean())})


def _drawn(rng: Rng, repeats: int, comparisons: int, effects: int, effect: float, noise: Noise) -> NDArray[float64]:
    found = noise(rng, (repeats, comparisons, RULE.looks[-1]))
    found[:, :effects] += effect
    return found
