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


X = [20, 50, 100, 500]


def linear(rng, splits, bend=0.0):
    """Gains on a line over log10 N, points correlated within a split, and a bend at the second point."""
    split = rng.normal(0, 1, splits)
    return {n: 3 - 0.5 * np.log10(n) + bend * (n == 50) + split * (1 + i) + rng.normal(0, 0.5 + 0.2 * i, splits) for i, n in enumerate(X)}


def test_the_lack_of_fit_test_is_hotellings_on_the_departures_of_each_split():
    """In plain loops: departures of each split from its own least-squares line, all but a full set of contrasts dropped."""
    gains = linear(np.random.default_rng(2), 9)
    x, y = np.log10(X), np.array(list(gains.values()))
    away = np.array([column - np.polyval(np.polyfit(x, column, 1), x) for column in y.T])[:, :2]  # two of them determine the others
    mean, n, q = away.mean(axis=0), 9, 2
    t2 = n * mean @ np.linalg.inv(np.cov(away.T)) @ mean
    fit = gain_against_shots(gains).fit
    assert fit.p == pytest.approx(stats.f.sf(t2 * (n - q) / (q * (n - 1)), q, n - q))
    assert fit.contrasts == 2
    line = np.polyval(np.polyfit(x, y.mean(axis=1), 1), x)
    worst = np.argmax(np.abs(y.mean(axis=1) - line))
    assert fit.departure == pytest.approx((y.mean(axis=1) - line)[worst])
    assert fit.at == pytest.approx(x[worst])


def test_a_bend_is_seen_and_a_line_is_rarely_refused():
    rng = np.random.default_rng(5)
    assert gain_against_shots(linear(rng, 10, bend=2.0)).fit.fails()
    refused = sum(gain_against_shots(linear(rng, 10)).fit.fails() for _ in range(300))
    assert refused <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5


def test_few_splits_test_the_curvature_alone_and_two_points_nothing():
    gains = linear(np.random.default_rng(1), 4)
    fit = gain_against_shots(gains).fit
    assert fit.contrasts == 1
    contrast = np.linalg.qr(np.vander(np.log10(X), 3, increasing=True))[0][:, 2]
    assert fit.p == pytest.approx(stats.ttest_1samp(contrast @ np.array(list(gains.values())), 0).pvalue)
    assert gain_against_shots({n: gains[n] for n in X[:2]}).fit is None


def test_departures_without_spread_are_said_to_have_no_test():
    fit = gain_against_shots({n: np.full(8, float(n)) for n in X}).fit
    assert (fit.p, fit.state) == (None, "departures without spread")
