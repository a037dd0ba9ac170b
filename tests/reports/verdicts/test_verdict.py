"""The verdict against a published claim."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.stats.intervals import Estimate
from benchmark.stats.power import pairs_for, upper_spread
from reports.verdicts.verdict import ClaimSetting, OurRuns, Outcome, PublishedArm, PublishedClaim, margin, verdict

DIRECT, OTHER = ClaimSetting(direct=True), ClaimSetting(direct=False)


def arms(gain, n=10, sd=0.5, seed=0):
    """Our pairs: a gain with exactly this mean and sd of differences."""
    rng = np.random.default_rng(seed)
    base, d = rng.normal(70, 1, n), rng.normal(size=n)
    d = (d - d.mean()) / d.std(ddof=1)
    return OurRuns(base + gain + sd * d, base)


def claim(gain, spread=0.5, n=10, kind="std"):
    return PublishedClaim(PublishedArm(70 + gain, spread, kind, n), PublishedArm(70.0, spread, kind, n))


def test_the_same_gain_is_reproduced():
    found = verdict(claim(3.0), arms(3.0), DIRECT)
    assert found.outcome is Outcome.REPRODUCED
    assert (found.kind, found.margin, len(found.readings)) == ("direct", 1.5, 2)
    assert found.gain.excludes(0)


def test_no_gain_against_a_large_one_is_not_reproduced():
    found = verdict(claim(5.0), arms(0.0), DIRECT)
    assert found.outcome is Outcome.NOT_REPRODUCED
    assert all(reading.p_difference < 0.05 and reading.prediction.excludes(5.0) for reading in found.readings)


def test_no_gain_never_reproduces_a_small_one():
    """Zero lies inside the margin around a published 0.3, so equivalence alone would call it reproduced."""
    found = verdict(claim(0.3, spread=0.05, n=50), arms(0.0, n=40, sd=0.3), DIRECT)
    assert all(reading.p_equivalence < 0.05 for reading in found.readings)
    assert found.outcome is not Outcome.REPRODUCED


def test_a_twin_of_the_baseline_never_reproduces():
    base = np.linspace(68, 72, 12)
    assert verdict(claim(0.2, spread=0.01, n=100), OurRuns(base, base), DIRECT).outcome is not Outcome.REPRODUCED


def test_noisy_runs_are_inconclusive_with_the_pairs_that_a_plan_needs():
    found = verdict(claim(2.0, spread=0.3, n=20), arms(1.8, n=8, sd=3.0), DIRECT)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.runs_needed == max(reading.runs_needed for reading in found.readings)
    assert f"needs {found.runs_needed} pairs" in found.reason


def test_a_published_n_of_three_is_at_best_consistent():
    found = verdict(claim(3.0, spread=3.0, n=3), arms(3.0, n=200), DIRECT)
    assert found.outcome is Outcome.CONSISTENT
    assert not any(reading.reachable for reading in found.readings)
    assert found.runs_needed is None
    assert "not shown to differ from zero" not in found.reason
    assert "not shown to differ from zero" in verdict(claim(3.0, spread=5.0, n=3), arms(0.5, n=10, sd=6), DIRECT).reason


def test_readings_that_disagree_give_no_verdict():
    found = verdict(claim(3.0, spread=0.9, n=None), arms(3.0), DIRECT)
    assert len({reading.outcome for reading in found.readings}) > 1
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "how the printed numbers are read" in found.reason


def test_readings_that_agree_do_although_n_is_unknown():
    found = verdict(claim(12.0, spread=0.2, n=None), arms(0.0), DIRECT)
    assert {reading.n for reading in found.readings} == {1, 3, 5, 10}
    assert found.outcome is Outcome.NOT_REPRODUCED


@pytest.mark.parametrize(("gain", "expected"), [(0.1, 0.5), (1.0, 0.5), (4.0, 2.0), (-4.0, 2.0)])
def test_margin_is_half_a_point_or_half_the_gain(gain, expected):
    assert margin(claim(gain)) == pytest.approx(expected)


def test_a_published_loss_can_be_reproduced():
    assert verdict(claim(-3.0), arms(-3.0), DIRECT).outcome is Outcome.REPRODUCED
    assert verdict(claim(-3.0), arms(3.0), DIRECT).outcome is Outcome.NOT_REPRODUCED


@pytest.mark.parametrize(
    ("gain", "sd", "outcome"),
    [
        (3.0, 1.0, Outcome.ABOVE_ONE_POINT),
        (1.5, 1.0, Outcome.SAME_DIRECTION),  # the estimate is above one point, its lower limit is not
        (0.1, 0.5, Outcome.EQUIVALENT_TO_ZERO),
        (-2.0, 1.0, Outcome.OPPOSITE),
        (1.0, 4.0, Outcome.UNDECIDED),
        (0.95, 0.5, Outcome.SAME_DIRECTION),  # above zero, neither surely above one point nor surely within it
    ],
)
def test_another_setting_never_speaks_of_reproduction(gain, sd, outcome):
    found = verdict(claim(2.0), arms(gain, sd=sd), OTHER)
    assert found.outcome is outcome
    assert (found.kind, found.margin, found.readings, found.level) == ("conceptual", 1.0, (), None)


def test_an_undecided_gain_says_how_many_pairs_a_plan_needs_and_that_adding_runs_is_no_test():
    found = verdict(claim(2.0), arms(1.5, n=10, sd=4.0), OTHER)
    assert found.outcome is Outcome.UNDECIDED
    assert found.runs_needed == pairs_for(1.0, upper_spread(4.0, 10))
    assert found.runs_needed > pairs_for(1.0, 4.0)  # the spread of ten pairs may well be larger in truth
    assert f"needs {found.runs_needed} pairs for power .8" in found.reason
    assert "`--until decided`" in found.reason


def test_the_planned_pairs_do_not_hang_on_the_estimate():
    """A gain near zero asked for thousands of pairs, a lucky one for few: winner's curse."""
    needed = {verdict(claim(2.0), arms(gain, n=10, sd=4.0), OTHER).runs_needed for gain in (0.1, 1.0, 2.0)}
    assert len(needed) == 1


def test_where_a_gain_like_the_published_one_was_to_be_expected_is_shown_in_any_setting():
    for setting in (DIRECT, OTHER):
        found = verdict(claim(2.0), arms(1.5, n=10, sd=4.0), setting)
        assert found.expected.low < found.gain.low < 1.5 < found.gain.high < found.expected.high


def test_direction_is_the_published_one():
    assert verdict(claim(-2.0), arms(-2.0), OTHER).outcome is Outcome.ABOVE_ONE_POINT
    assert verdict(claim(-2.0), arms(2.0), OTHER).outcome is Outcome.OPPOSITE
    assert verdict(claim(0.0), arms(2.0), OTHER).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        (ClaimSetting(direct=True, stand_in=True), "stand-in"),
        (ClaimSetting(direct=False, partial_test=True), "test set"),
        (ClaimSetting(direct=False, pool_times_shots=9.9), "training pool"),
        (ClaimSetting(direct=False, at_floor=True), "majority rate"),
    ],
)
def test_what_blocks_a_verdict(setting, word):
    found = verdict(claim(3.0), arms(3.0), setting)
    assert found.outcome is Outcome.BLOCKED
    assert word in found.reason
    assert found.gain is not None  # the number is still shown


def test_a_partial_pool_of_ten_times_n_does_not_block():
    assert verdict(claim(3.0), arms(3.0), ClaimSetting(direct=False, pool_times_shots=10.0)).outcome is Outcome.ABOVE_ONE_POINT


def test_the_level_is_secondary_and_may_tell_nothing():
    found = verdict(claim(0.5, spread=1.0), arms(0.5, n=30, sd=0.2), DIRECT)
    assert found.level.margin == 1.5  # 1.5 published standard deviations
    assert not found.level.tells_apart  # the published baseline lies half a point away
    assert verdict(claim(4.0, spread=0.5), arms(4.0), DIRECT).level.tells_apart


def test_selected_means_are_judged_by_repeating_the_selection():
    rng = np.random.default_rng(0)
    base, gain = rng.normal(70, 2, 40), 4.0 + 0.5 * rng.normal(size=40)
    dev_a, dev_b = base + gain + rng.normal(size=40), base + rng.normal(size=40)
    runs = OurRuns(base + gain, base, dev_a, dev_b)

    def published(value):
        return PublishedClaim(PublishedArm(72 + value, 1.0, "std", 3), PublishedArm(72.0, 1.0, "std", 3), top_of=(3, 10))

    near, far = verdict(published(4.0), runs, DIRECT), verdict(published(12.0), runs, DIRECT)
    assert (len(near.readings), near.readings[0].correlation, near.readings[0].spread) == (1, None, "top 3 of 10 of our runs")
    assert near.outcome in (Outcome.REPRODUCED, Outcome.CONSISTENT)
    assert far.outcome is Outcome.NOT_REPRODUCED
    assert near == verdict(published(4.0), runs, DIRECT)


def test_selection_cannot_be_repeated_on_few_runs():
    found = verdict(PublishedClaim(PublishedArm(73.0, 1.0, "std", 3), PublishedArm(70.0, 1.0, "std", 3), top_of=(3, 10)), arms(3.0), DIRECT)
    assert (found.outcome, found.runs_needed) == (Outcome.INCONCLUSIVE, 30)
    assert "top 3 of 10" in found.reason


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("setting", [DIRECT, OTHER])
def test_too_few_pairs(n, setting):
    base = np.linspace(70, 71, n)
    found = verdict(claim(3.0), OurRuns(base + 3, base), setting)
    assert found.outcome in (Outcome.INCONCLUSIVE, Outcome.UNDECIDED)
    assert "pair" in found.reason


def test_mistakes_are_told():
    with pytest.raises(UserError, match="at most 1"):
        verdict(claim(3.0), OurRuns([0.7, 0.8, 0.9], [0.7, 0.7, 0.8]), DIRECT)
    with pytest.raises(UserError, match="kind of spread"):
        verdict(claim(3.0, kind="range"), arms(3.0), DIRECT)


def test_a_loss_is_never_consistent_with_a_published_gain():
    """Printed spreads so vague that everything lies inside the prediction interval; our own interval excludes zero on the other side."""
    found = verdict(claim(0.4, spread=20.0, n=1), arms(-0.4, n=10, sd=0.3), DIRECT)
    assert all(not reading.prediction.excludes(0.4) for reading in found.readings)
    assert found.outcome is Outcome.INCONCLUSIVE


def test_consistent_waits_while_more_runs_could_refuse():
    """Inside the interval now, outside with more runs of the same mean."""
    found = verdict(claim(6.0, spread=4.0, n=10), arms(0.0, n=4, sd=6.0), DIRECT)
    inside = [reading for reading in found.readings if not reading.prediction.excludes(6.0)]
    assert any(reading.refusable and not reading.reachable for reading in inside)
    assert found.outcome is Outcome.INCONCLUSIVE


def test_consistent_says_how_often_nothing_would_get_it():
    found = verdict(claim(1.0, spread=5.0, n=3), arms(1.0, n=10, sd=3.0), DIRECT)
    assert found.outcome is Outcome.CONSISTENT
    chance = max(reading.without_gain for reading in found.readings)
    rng = np.random.default_rng(0)
    same = [
        verdict(claim(1.0, spread=5.0, n=3), OurRuns(b + 3 * rng.normal(size=10), b), DIRECT).outcome for b in rng.normal(70, 1, (200, 10))
    ]
    assert np.mean([one is Outcome.CONSISTENT for one in same]) == pytest.approx(chance, abs=0.08)
    assert f"would get this verdict in {chance:.0%}" in found.reason


def test_the_correction_over_the_table_and_the_report_decides_the_direction():
    runs = arms(1.5, n=10, sd=1.0)
    assert verdict(claim(2.0), runs, OTHER).outcome is Outcome.SAME_DIRECTION
    assert verdict(claim(2.0), runs, replace(OTHER, p_holm=0.2)).outcome is Outcome.UNDECIDED
    assert verdict(claim(2.0), arms(2.0, n=10, sd=1.0), OTHER).outcome is Outcome.ABOVE_ONE_POINT
    assert verdict(claim(2.0), arms(2.0, n=10, sd=1.0), replace(OTHER, family=40)).outcome is Outcome.SAME_DIRECTION


def test_the_uncertainty_of_the_test_set_is_part_of_the_verdict():
    runs = arms(3.0, n=10, sd=0.5)
    wide = replace(runs, two_way=Estimate(3.0, 2.0, 20, "split x test example", 10, "two-way t"))
    assert verdict(claim(2.0), runs, OTHER).outcome is Outcome.ABOVE_ONE_POINT
    found = verdict(claim(2.0), wide, OTHER)
    assert found.outcome is Outcome.UNDECIDED
    assert found.p == pytest.approx(wide.two_way.p())


def test_what_a_verdict_is_conditional_on_is_said():
    runs = replace(arms(3.0), conditional="conditional on this training set")
    assert "(conditional on this training set)." in verdict(claim(2.0), runs, OTHER).reason


def test_a_loss_that_is_repeated_lies_below_zero():
    found = verdict(claim(-3.0), arms(-3.0), DIRECT)
    assert found.outcome is Outcome.REPRODUCED
    assert "and below zero by our own pairs" in found.reason
