"""The rule that ends a comparison: its error rate over all looks, by simulation, and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.planning.adaptive.stopping_rule import LOOKS, level_of, look

REPEATS = 400


def crossed(differences: np.ndarray, level: float) -> bool:
    """Whether any look at these differences crosses."""
    by_seed = dict(enumerate(differences.tolist()))
    return any(look(by_seed, seeds, level).why == "crossed" for seeds in LOOKS)


def rejected(effect: float, level: float, comparisons: int = 1) -> float:
    """Share of families in which any comparison crosses."""
    draw = np.random.default_rng(7)
    families = (draw.normal(effect, 1.0, (comparisons, LOOKS[-1])) for _ in range(REPEATS))
    return sum(any(crossed(row, level) for row in family) for family in families) / REPEATS


def test_looking_four_times_rejects_a_true_null_no_oftener_than_alpha() -> None:
    assert rejected(0.0, level_of(1)) <= 0.05 + 2 * (0.05 * 0.95 / REPEATS) ** 0.5


def test_looking_four_times_without_a_correction_would_reject_it_far_oftener() -> None:
    assert rejected(0.0, 0.05) > 0.10


def test_three_comparisons_together_keep_the_same_rate() -> None:
    assert rejected(0.0, level_of(3), comparisons=3) <= 0.05 + 2 * (0.05 * 0.95 / REPEATS) ** 0.5


def test_a_clear_effect_is_found() -> None:
    assert rejected(0.8, level_of(1)) > 0.95


def test_the_shares_of_all_looks_and_comparisons_add_up_to_alpha() -> None:
    assert level_of(6) * 6 * len(LOOKS) == pytest.approx(0.05)


def test_only_the_seeds_of_the_look_count() -> None:
    found = look({seed: 1.0 + 0.1 * (seed % 2) for seed in range(50)}, 5, 0.0125)
    assert (found.seeds, found.pairs) == (5, 5)


def test_a_comparison_ends_at_the_last_look_whatever_it_found() -> None:
    noise = {seed: float((-1) ** seed) for seed in range(50)}
    assert [look(noise, seeds, 0.0125).why for seeds in LOOKS] == ["", "", "", "last look"]


def test_two_pairs_are_not_tested() -> None:
    found = look({0: 0.1, 4: 0.3}, 5, 0.0125)
    assert (found.p, found.why) == (None, "")


def test_equal_scores_are_no_difference_and_equal_differences_are_judged_by_their_signs() -> None:
    assert look(dict.fromkeys(range(5), 0.0), 5, 0.0125).p == 1.0
    assert look(dict.fromkeys(range(5), 0.1), 5, 0.0125).p == pytest.approx(2 / 2**5)
