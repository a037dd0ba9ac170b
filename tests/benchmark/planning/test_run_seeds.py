"""Replicates: paired by default, crossed where a design asks for it."""

from __future__ import annotations

from benchmark.planning.run_seeds import RunSeeds, crossed_seeds, paired_seeds


def test_by_default_each_seed_has_its_own_split() -> None:
    assert paired_seeds([3, 4]) == (RunSeeds(3, 3), RunSeeds(4, 4))


def test_splits_seeds_and_initialisations_are_fully_crossed() -> None:
    found = crossed_seeds(2, range(3), 4)
    assert len(set(found)) == 2 * 3 * 4
    assert {(r.split, r.seed, r.seed if r.init is None else r.init) for r in found} == {
        (split, seed, init) for split in range(2) for seed in range(3) for init in range(4)
    }


def test_the_diagonal_of_a_crossed_design_is_the_uncrossed_one() -> None:
    assert {RunSeeds(seed, seed) for seed in range(3)} <= set(crossed_seeds(3, range(3), 3))
