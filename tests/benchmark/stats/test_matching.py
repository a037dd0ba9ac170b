"""The N that the baseline needs to match a method."""

import math

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from benchmark.errors import UserError
from benchmark.stats.matching import _isotonic, matching_n

NOISE = np.array([-0.5, 0.0, 0.5, 0.2, -0.2])
BASELINE = {20: 60 + NOISE, 100: 70 + NOISE[::-1], 1000: 80 + NOISE}


def test_read_off_in_log_n():
    found = matching_n(np.full(5, 65.0), 20, BASELINE)
    assert found.state == "ok"
    assert found.interval.value == pytest.approx(math.sqrt(20 * 100))  # half way between 60 and 70
    assert found.factor.value == pytest.approx(math.sqrt(20 * 100) / 20)
    assert found.interval.low <= found.interval.value <= found.interval.high


def test_splits_are_drawn_for_both_arms_together():
    """An arm that is the baseline needs the same N in every resample, however much splits differ."""
    twin = matching_n(BASELINE[100], 100, BASELINE)
    assert (twin.interval.low, twin.interval.value, twin.interval.high) == pytest.approx((100, 100, 100))


def test_nothing_is_extrapolated():
    beyond = matching_n(np.full(5, 90.0), 20, BASELINE)
    assert beyond.state == "beyond the largest N, 1000"
    assert beyond.interval.value == math.inf
    under = matching_n(np.full(5, 50.0), 20, BASELINE)
    assert under.state == "at most the smallest N, 20"
    assert (under.interval.low, under.interval.high) == (0.0, 0.0)


def test_an_open_end_where_resamples_leave_the_curve():
    found = matching_n(80 + NOISE[::-1] - 0.01, 100, BASELINE)
    assert found.interval.high == math.inf
    assert 100 < found.interval.low < 1000


def test_a_dip_of_the_curve_is_evened_out():
    dipped = {20: [60.0] * 3, 100: [72.0] * 3, 500: [68.0] * 3, 1000: [80.0] * 3}
    found = matching_n([70.0] * 3, 20, dipped)
    assert found.interval.value == pytest.approx(100)  # 72 and 68 count as 70 and 70


def test_order_of_n_does_not_matter_and_seeds_hold():
    backwards = dict(reversed(BASELINE.items()))
    assert matching_n(65 + NOISE, 20, BASELINE) == matching_n(65 + NOISE, 20, backwards)


def test_two_splits_have_no_interval():
    found = matching_n([65.0, 65.0], 20, {n: values[:2] for n, values in BASELINE.items()})
    assert found.interval is None
    assert "no interval" in found.state
    with pytest.raises(UserError, match="2 splits"):
        matching_n([65.0, 65.0], 20, BASELINE)


def test_curves_are_made_rising_as_scipy_makes_them():
    curves = np.random.default_rng(2).normal(size=(40, 5))
    assert _isotonic(curves) == pytest.approx(np.array([isotonic_regression(curve).x for curve in curves]))
