"""The seeds of a run: which split, and which random numbers in training."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple


class RunSeeds(NamedTuple):
    """One replicate of every arm.

    Args:
        split: split seed: which rows train, select and score, and what the noise touches.
        seed: root of initialisation, batch order and dropout.
        init: root of the initialisation where it is crossed with order and dropout; None: `seed`.
    """

    split: int
    seed: int
    init: int | None = None


def paired_seeds(seeds: Iterable[int]) -> tuple[RunSeeds, ...]:
    """One new split per seed."""
    return tuple(RunSeeds(seed, seed) for seed in seeds)


def crossed_seeds(splits: int, seeds: Iterable[int], inits: int | None = None) -> tuple[RunSeeds, ...]:
    """Every seed on each of the splits 0, 1, ...; with `inits` every initialisation 0, 1, ... under every seed of order and dropout.

    Where initialisation and order have the same seed, the run is the one that an uncrossed design has, under the same key.
    """
    if inits is None:
        return tuple(RunSeeds(split, seed) for split, seed in product(range(splits), seeds))
    return tuple(RunSeeds(split, seed, None if init == seed else init) for split, seed, init in product(range(splits), seeds, range(inits)))
