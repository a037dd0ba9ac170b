"""What a design can find."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from benchmark.stats.power import detectable_range, fewest_pairs, pairs_for, rank_reach, smallest_detectable, t_power, t_reach, upper_spread


@pytest.mark.parametrize(("n", "alpha"), [(5, 0.05), (10, 0.05), (30, 0.005)])
def test_power_agrees_with_statsmodels(n, alpha):
    expected = TTestPower().power(effect_size=0.9, nobs=n, alpha=alpha)
    assert t_power(0.9, 1.0, n, alpha=alpha) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "in_sds"), [(3, 3.26), (5, 1.68), (10, 1.00), (20, 0.66), (30, 0.53), (50, 0.40)])
def test_smallest_detectable_difference(n, in_sds):
    assert smallest_detectable(2.0, n) == pytest.approx(2 * in_sds, abs=0.01)


def test_the_smallest_detectable_difference_has_the_power_asked_for():
    assert t_power(smallest_detectable(1.3, 8, alpha=0.01, power=0.7), 1.3, 8, alpha=0.01) == pytest.approx(0.7, abs=1e-4)


def test_overlapping_training_sets_cost_power():
    assert smallest_detectable(1.0, 10, factor=0.2) == pytest.approx(np.sqrt(2) * smallest_detectable(1.0, 10), rel=1e-3)


def test_nothing_can_be_said_without_spread():
    assert smallest_detectable(0.0, 10) is None
    assert smallest_detectable(1.0, 1) is None


def test_five_pairs_cannot_reach_five_percent_by_ranks_and_six_can():
    five = rank_reach(5)
    assert not five.reachable
    assert five.smallest_p == pytest.approx(2 / 2**5)
    assert five.needed == 6
    assert rank_reach(6).reachable


def test_fifty_cells_under_holm_need_eleven_pairs():
    assert rank_reach(10, cells=50).needed == 11
    assert not rank_reach(10, cells=50).reachable
    assert rank_reach(11, cells=50).reachable


@pytest.mark.parametrize("cells", range(1, 70))
def test_needed_is_the_fewest_that_reach(cells):
    needed = rank_reach(1, cells=cells).needed
    assert rank_reach(needed, cells=cells).reachable
    assert not rank_reach(needed - 1, cells=cells).reachable


def test_the_t_test_exists_from_three_pairs():
    assert [t_reach(n, cells=50).reachable for n in (1, 2, 3)] == [False, False, True]
    assert t_reach(2).smallest_p is None
    assert "3 pairs could" in str(t_reach(2))


def test_power_is_continuous_where_the_noncentral_t_ends():
    for n, alpha in ((2, 0.001), (3, 0.001), (5, 1e-6)):
        near, far = (t_power(shift / np.sqrt(n), 1.0, n, alpha=alpha) for shift in (29.99, 30.01))
        assert near == pytest.approx(far, abs=2e-3)


@pytest.mark.parametrize("comparisons", [1, 40, 400, 4000])
@pytest.mark.parametrize("n", [5, 10, 20, 50])
def test_a_large_family_has_a_smallest_difference_too(n, comparisons):
    """scipy's noncentral t is NaN for the other side here and there."""
    alpha = 0.05 / comparisons
    found = smallest_detectable(1.0, n, alpha=alpha)
    assert t_power(found, 1.0, n, alpha=alpha) == pytest.approx(0.8, abs=1e-4)


def test_the_upper_limit_of_a_spread_covers_four_times_in_five():
    draws = np.random.default_rng(3).normal(0, 1, (4000, 5)).std(axis=1, ddof=1)
    assert np.mean([upper_spread(sd, 5) >= 1 for sd in draws]) == pytest.approx(0.8, abs=0.02)
    assert upper_spread(1.0, 5) == pytest.approx(1.56, abs=0.005)


def power_by_scipy(effect, sd, n, alpha):
    """Of the two-sided paired t-test of n pairs."""
    edge, shift = stats.t.ppf(1 - alpha / 2, n - 1), effect * np.sqrt(n) / sd
    return stats.nct.sf(edge, n - 1, shift) + stats.nct.cdf(-edge, n - 1, shift)


@pytest.mark.parametrize(("effect", "sd", "alpha"), [(1.0, 1.3, 0.05), (1.0, 4.0, 0.05), (0.5, 1.1, 0.01), (2.0, 1.0, 0.05)])
def test_the_pairs_for_an_effect_are_the_fewest_that_have_the_power(effect, sd, alpha):
    n = pairs_for(effect, sd, alpha=alpha)
    assert power_by_scipy(effect, sd, n, alpha) >= 0.8 > power_by_scipy(effect, sd, n - 1, alpha)


def test_an_effect_that_no_allowed_number_of_pairs_finds_has_none():
    assert pairs_for(0.01, 4.0) is None
    assert pairs_for(1.0, 4.0, most=50) is None
    assert fewest_pairs(lambda n: n >= 41, 2, 40) is None


@pytest.mark.parametrize("enough", range(3, 41))
def test_the_fewest_pairs_are_found_wherever_they_lie(enough):
    assert fewest_pairs(lambda n: n >= enough, 2, 40) == enough


@pytest.mark.parametrize("n", [3, 5])
def test_below_six_pairs_the_detectable_difference_has_the_limits_of_its_spread(n):
    """(n - 1) s^2 / sigma^2 has the chi-squared distribution: sigma is below one limit and above the other once in five times each."""
    low, high = (0.02 * np.sqrt((n - 1) / stats.chi2.ppf(share, n - 1)) for share in (0.8, 0.2))
    found = detectable_range(0.02, n, room=1.0)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.low < 0.02 < found.high


def test_from_six_pairs_on_the_detectable_difference_is_one_number_and_infinite_beyond_the_room():
    assert detectable_range(0.02, 6, room=1.0).low == detectable_range(0.02, 6, room=1.0).high == 0.02
    assert detectable_range(0.02, 6, room=0.019).low == np.inf
    few = detectable_range(0.02, 5, room=0.025)
    assert few.low < 0.025 < few.high == np.inf
