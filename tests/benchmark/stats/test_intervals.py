"""The t interval of a mean, and what an interval says about itself."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from benchmark.stats.intervals import Estimate, Interval, t_interval

X = np.array([1.0, 2.0, 4.0, 4.5])


def test_agrees_with_scipy():
    found = t_interval(X, level=0.9)
    low, high = stats.ttest_1samp(X, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.value, found.level, found.n, found.unit, found.method) == (pytest.approx(X.mean()), 0.9, 4, "split", "t")


def test_a_larger_variance_widens_it_and_is_named():
    narrow, wide = t_interval(X), t_interval(X, variance_factor=1.0)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2)  # sqrt(1 / (1/4))
    assert "Nadeau-Bengio" in wide.method
    assert "Nadeau-Bengio" not in narrow.method


def test_one_value_has_no_interval():
    assert t_interval([1.0]) is None


def test_excludes_and_changes_unit():
    interval = Interval(0.02, 0.01, 0.03, 0.95, "split", 5, "t")
    assert interval.excludes()
    assert not interval.excludes(0.02)
    assert interval.times(100).high == pytest.approx(3)
    assert (interval.times(-1).low, interval.times(-1).high) == (-0.03, -0.01)


def test_says_level_method_n_and_unit():
    assert str(Interval(1.0, 0.0, math.inf, 0.95, "split", 5, "t")) == "1 [0, inf] (95%, t, n = 5, unit: split)"


def test_an_estimate_has_the_tests_of_its_t_distribution():
    values = np.array([1.0, 2.5, 0.3, -0.4, 1.9])
    found = Estimate(values.mean(), values.std(ddof=1) / math.sqrt(5), 4, "split", 5, "t")
    assert found.p() == pytest.approx(stats.ttest_1samp(values, 0).pvalue)
    assert found.p(1.0) == pytest.approx(stats.ttest_1samp(values, 1.0).pvalue)
    assert found.p_greater(0.5) == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="greater").pvalue)
    assert found.p_less(0.5) == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="less").pvalue)
    assert (found.interval().low, found.interval().high) == pytest.approx(tuple(stats.ttest_1samp(values, 0).confidence_interval()))


def test_two_one_sided_tests_agree_with_statsmodels():
    values = np.array([0.1, -0.3, 0.4, 0.2, -0.1, 0.0])
    found = Estimate(values.mean(), values.std(ddof=1) / math.sqrt(6), 5, "split", 6, "t")
    assert found.p_equivalence(1.0) == pytest.approx(DescrStatsW(values).ttost_mean(-1, 1)[0])
    inside = found.interval(0.9)
    assert (found.p_equivalence(0.2) <= 0.05) == (inside.low > -0.2 and inside.high < 0.2)


def test_an_estimate_without_error_compares_its_value():
    same = Estimate(0.0, 0.0, 9, "split", 10, "t")
    assert (same.p(), same.p_greater(), same.p_equivalence(1.0)) == (1.0, 1.0, 0.0)
    assert Estimate(0.5, 0.0, 9, "split", 10, "t").p() == 0.0
