"""Gain against log N and against noise: one slope per split."""

import numpy as np
import pytest
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.slopes import gain_against_noise, gain_against_shots

GAINS = {20: [4.0, 3.0, 5.0, 4.5], 100: [2.0, 2.5, 2.0, 3.5], 1000: [0.5, 0.0, 1.0, 0.2]}


def test_one_slope_per_split_then_a_t_test():
    slopes = [stats.linregress(np.log10([20, 100, 1000]), column).slope for column in np.array(list(GAINS.values())).T]
    found, expected = gain_against_shots(GAINS), stats.ttest_1samp(slopes, 0)
    assert found.slopes == pytest.approx(slopes)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert (found.n, found.interval.unit, found.sign, found.x) == (4, "split", 0.0, "log10 N")


def test_noise_is_on_its_own_scale():
    found = gain_against_noise({0.0: [0.0, 0.1, -0.1], 0.1: [1.0, 1.1, 0.8], 0.2: [2.3, 2.1, 1.9]})
    assert found.interval.value == pytest.approx(np.mean([11.5, 10, 10]))
    assert found.sign == 1.0


def test_a_constant_added_to_every_gain_changes_no_slope():
    moved = {n: np.array(values) + 7 for n, values in GAINS.items()}
    assert gain_against_shots(moved).p == pytest.approx(gain_against_shots(GAINS).p)


def test_what_cannot_be_told_has_a_state():
    assert "two points" in gain_against_shots({20: [1.0, 2.0, 3.0]}).state
    assert gain_against_shots({20: [1.0, 2.0], 100: [2.0, 2.0]}).p is None
    assert gain_against_shots({20: [1.0], 100: [2.0]}).interval is None
    assert gain_against_shots({20: [1.0, 1.0, 1.0], 100: [2.0, 2.0, 2.0]}).state == "the same slope in every split"


def test_mistakes_are_told():
    with pytest.raises(UserError, match="different numbers of splits"):
        gain_against_noise({0.0: [1.0, 2.0], 0.1: [1.0]})
    with pytest.raises(UserError, match="no logarithm"):
        gain_against_shots({0: [1.0, 2.0], 10: [1.0, 2.0]})
