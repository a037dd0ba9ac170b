"""What selecting runs adds: against every subset written out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reports.post_hoc.selection_effects import PRACTICES, PairedScores, SelectionPractice, paired_scores, practice_effects, selected
from reports.results.blocks import read_results
from reports.results.scored_cell import ScoredCell

CELL = ScoredCell("sst2", "20", None)
TEST, DEV = (0.70, 0.64, 0.72, 0.61, 0.69), (0.65, 0.60, 0.60, 0.70, 0.55)


def enumerated(test, guide, top, of):
    """The mean test score of the `top` by guide over all subsets of `of` runs, and over both orders of the two runs that share a guide."""
    means = []
    for sign in (-1, 1):
        shaken = np.array(guide) + sign * 1e-9 * np.arange(len(guide))
        for subset in combinations(range(len(test)), of):
            best = sorted(subset, key=lambda i: -shaken[i])[:top]
            means.append(np.mean([test[i] for i in best]))
    return np.mean(means)


@pytest.mark.parametrize(("top", "of"), [(1, 3), (1, 5), (2, 4), (3, 5)])
def test_a_practice_is_the_mean_over_all_subsets(top, of):
    for guide, scores in (("dev", DEV), ("test", TEST)):
        found = selected(TEST, DEV, SelectionPractice(top, of, guide))
        assert found == pytest.approx(enumerated(TEST, scores, top, of), abs=1e-9)


def test_too_few_runs_and_missing_development_scores_give_nothing():
    assert selected(TEST, DEV, SelectionPractice(1, 10, "test")) is None
    assert selected(TEST, None, SelectionPractice(1, 3, "dev")) is None
    assert selected(TEST, None, SelectionPractice(1, 3, "test")) is not None


def test_gains_if_both_arms_select_and_if_one_does():
    """Best of 2 by test score, over the three subsets of three runs: arm (3 + 3 + 2) / 3, baseline (1 + 2 + 2) / 3."""
    one = PairedScores("scl", CELL, (1.0, 2.0, 3.0), None, (0.0, 1.0, 2.0), None)
    plain, both, alone = one.gains(SelectionPractice(1, 2, "test"))
    assert (plain, both, alone) == pytest.approx((1.0, 8 / 3 - 5 / 3, 8 / 3 - 1.0))


def test_the_arm_and_the_baseline_stand_on_the_same_runs(tmp_path, filled):
    arms = {"ce": [0.6, 0.62, None, 0.64], "scl": [0.61, 0.65, 0.9, 0.63]}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): arms})).blocks
    ce, scl = list(paired_scores(block, "ce"))
    assert ce.base_test == ()
    assert scl.test == pytest.approx((0.61, 0.65, 0.63))
    assert scl.base_test == pytest.approx((0.6, 0.62, 0.64))


def test_effects_count_gains_above_a_point():
    scores = [PairedScores("a", CELL, (0.60, 0.70, 0.80), None, (0.60, 0.70, 0.80), None)]
    effects = {effect.practice: effect for effect in practice_effects(scores)}
    assert set(effects) == {practice for practice in PRACTICES if practice.guide == "test" and practice.of == 3}
    (effect,) = effects.values()
    assert effect.lifts == pytest.approx((0.1,))
    assert effect.above(1.0) == (0, 0, 1)  # equal arms: a gain of ten points if only the method shows its best run
