"""The t interval of a mean, and what an interval says about itself."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.stats.intervals import Interval, t_interval

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
