"""The rule that ends a comparison: its error rate over all looks, by simulation, and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.planning.adaptive.stopping_rule import LOOKS, StoppingRule

REPEATS = 400
RULE = StoppingRule()
NEVER = 2.0  # a futility level that no p reaches


def ended(differences: np.ndarray, comparisons: int = 1, futility: bool = True) -> tuple[str, int]:
    """Why and after how many seeds a comparison ends."""
    by_seed = dict(enumerate(differences.tolist()))
    levels, futile = RULE.levels(comparisons), RULE.futile_from(comparisons)
    for number, seeds in enumerate(LOOKS):
        found = RULE.look(by_seed, seeds, levels[number], futile[number] if futility else NEVER)
        if found.why:
            return found.why, seeds
    raise AssertionError("the last look ends every comparison")


def rejected(effect: float, comparisons: int = 1, futility: bool = True) -> float:
    """Share of families in which any comparison crosses."""
    draw = np.random.default_rng(7)
    families = (draw.normal(effect, 1.0, (comparisons, LOOKS[-1])) for _ in range(REPEATS))
    return sum(any(ended(row, comparisons, futility)[0] == "crossed" for row in family) for family in families) / REPEATS


ROOM = 2 * (0.05 * 0.95 / REPEATS) ** 0.5


def test_looking_four_times_rejects_a_true_null_no_oftener_than_alpha_even_when_futility_is_overruled() -> None:
    assert rejected(0.0) <= 0.05 + ROOM
    assert rejected(0.0, futility=False) <= 0.05 + ROOM


def test_three_comparisons_together_keep_the_same_rate() -> None:
    assert rejected(0.0, comparisons=3) <= 0.05 + ROOM


def test_a_clear_effect_is_found() -> None:
    assert rejected(0.8) > 0.95


def test_a_comparison_without_an_effect_needs_far_fewer_seeds_than_are_planned() -> None:
    draw = np.random.default_rng(7)
    seeds = [ended(draw.normal(0.0, 1.0, LOOKS[-1]), 10)[1] for _ in range(REPEATS)]
    assert np.mean(seeds) < 30


def test_the_spending_rule_leaves_more_for_each_look_than_equal_shares_would() -> None:
    assert all(level > 0.05 / 4 for level in RULE.levels(1)[2:])
    assert sum(RULE.levels(1)) > 0.05


def test_the_design_says_which_effect_it_finds() -> None:
    assert RULE.effect(1) * LOOKS[-1] ** 0.5 == pytest.approx(3.24, abs=0.02)
    assert RULE.effect(10) > RULE.effect(1)


def test_only_the_seeds_of_the_look_count() -> None:
    found = RULE.look({seed: 1.0 + 0.1 * (seed % 2) for seed in range(50)}, 5, 0.0125, NEVER)
    assert (found.seeds, found.pairs) == (5, 5)


def test_a_comparison_ends_at_the_last_look_whatever_it_found() -> None:
    noise = {seed: float((-1) ** seed) for seed in range(50)}
    assert [RULE.look(noise, seeds, 0.0125, NEVER).why for seeds in LOOKS] == ["", "", "", "last look"]
    assert [RULE.look(noise, seeds, 0.0125, 0.9).why for seeds in LOOKS] == ["", "futile", "futile", "last look"]


def test_two_pairs_are_not_tested() -> None:
    found = RULE.look({0: 0.1, 4: 0.3}, 5, 0.0125, 0.5)
    assert (found.p, found.why) == (None, "")


def test_equal_scores_are_no_difference_and_equal_differences_are_judged_by_their_signs() -> None:
    same = RULE.look(dict.fromkeys(range(5), 0.0), 5, 0.0125, 0.9)
    assert (same.p, same.why) == (1.0, "futile")
    assert RULE.look(dict.fromkeys(range(5), 0.1), 5, 0.0125, NEVER).p == pytest.approx(2 / 2**5)


def test_the_repeated_interval_excludes_zero_exactly_where_the_look_crosses_alone() -> None:
    """One comparison: the interval's level over all looks is that of the test, so both must say the same at every look."""
    draw = np.random.default_rng(1)
    crossed = 0
    for _ in range(200):
        values = dict(enumerate(draw.normal(0.6, 1.0, LOOKS[-1]).tolist()))
        for number, seeds in enumerate(LOOKS):
            found = RULE.look(values, seeds, RULE.levels(1)[number], NEVER)
            assert found.low is not None
            assert found.high is not None
            assert (found.low > 0 or found.high < 0) == (found.why == "crossed")
            crossed += found.why == "crossed"
    assert crossed > 100


def test_the_manifest_holds_the_whole_rule() -> None:
    told = RULE.summary(6)
    assert told["spending"] == "pocock"
    assert told["futility"]["binding"] is False
    assert told["futility"]["spending"] == "pocock"
    assert len(told["levels"]) == len(told["futility"]["levels"]) == 4
    assert told["levels"][-1] == told["futility"]["levels"][-1]
