"""Readings of printed means and spreads, against scipy and plain arithmetic."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from benchmark.errors import UserError
from benchmark.stats.power import pairs_for_equivalence, upper_spread
from reports.verdicts.claim import PublishedArm, PublishedClaim
from reports.verdicts.readings import OurGain, published_reading, read

RNG = np.random.default_rng(3)
GAINS = RNG.normal(2.0, 1.5, 12)


def ours(gains=GAINS, sd_method=2.0, sd_baseline=1.5):
    n, sd = len(gains), float(np.std(gains, ddof=1))
    p = float(stats.ttest_1samp(gains, 0).pvalue)
    return OurGain(float(np.mean(gains)), sd, n, 1 / n, sd_method, sd_baseline, p, "split")


def claim(spread=(2.0, 1.0), kind="std", n=5, gain=2.0):
    return PublishedClaim(PublishedArm(70 + gain, spread[0], kind, n), PublishedArm(70.0, spread[1], kind, n))


def test_correlation_zero_and_half():
    zero, half = published_reading(claim(), ours())
    assert (zero.correlation, half.correlation) == (0.0, 0.5)
    assert zero.error == pytest.approx(math.sqrt((4 + 1) / 5))
    assert half.error == pytest.approx(math.sqrt((4 + 1 - 2 * 0.5 * 2 * 1) / 5))
    assert half.freedom == 4
    assert zero.freedom == pytest.approx((0.8 + 0.2) ** 2 / (0.8**2 / 4 + 0.2**2 / 4))


def test_kinds_of_spread():
    std, se = next(published_reading(claim(), ours())), next(published_reading(claim(kind="se"), ours()))
    assert se.error == pytest.approx(std.error * math.sqrt(5))
    ci = next(published_reading(claim(kind="ci95"), ours()))
    assert ci.error == pytest.approx(math.sqrt(2**2 + 1**2) / stats.t.ppf(0.975, 4))
    with pytest.raises(UserError, match="kind of spread 'iqr'"):
        list(published_reading(claim(kind="iqr"), ours()))


def test_unknown_kind_and_unknown_n_are_all_read():
    found = list(published_reading(claim(kind="unknown", n=None), ours()))
    assert {(r.n, r.spread) for r in found} == {(n, kind) for n in (1, 3, 5, 10) for kind in ("std", "se")}
    assert len(found) == 16


def test_our_spread_stands_in_for_one_that_is_not_printed():
    for reading in published_reading(claim(spread=(None, None), n=3), ours()):
        assert reading.spread == "ours"
        assert reading.error**2 == pytest.approx(reading.ours_in_place)
        assert reading.freedom == 11


def test_one_group_reduces_to_welch_and_to_tost():
    """With a printed baseline of no error, the printed gains are one more sample, and the tests are those of two samples."""
    sample = RNG.normal(1.0, 2.0, 8)
    printed = PublishedClaim(PublishedArm(float(sample.mean()), float(sample.std(ddof=1)), "std", 8), PublishedArm(0.0, 0.0, "std", 8))
    their = next(published_reading(printed, ours()))
    found = read(printed.gain, ours(), their, 1.5, 0.95)
    assert found.p_difference == pytest.approx(stats.ttest_ind(GAINS, sample, equal_var=False).pvalue)
    assert found.p_equivalence == pytest.approx(ttost_ind(GAINS, sample, -1.5, 1.5, usevar="unequal")[0])


def test_the_smallest_margin_is_where_equivalence_begins():
    printed = claim()
    their = next(published_reading(printed, ours()))
    margin = read(printed.gain, ours(), their, 1.0, 0.95).smallest_margin
    assert read(printed.gain, ours(), their, margin, 0.95).p_equivalence == pytest.approx(0.05)


def test_prediction_interval_by_hand():
    their = next(published_reading(claim(), ours()))
    found = read(2.0, ours(), their, 1.0, 0.95).prediction
    mine = ours()
    half = stats.t.ppf(0.975, 11) * math.sqrt(mine.sd**2 / 12 + (2.0**2 + 1.5**2) / 5)
    assert (found.low, found.high) == pytest.approx((mine.gain - half, mine.gain + half))


def test_the_planned_pairs_have_power_for_equivalence_with_the_upper_limit_of_the_spread():
    printed = claim(spread=(0.3, 0.3), n=20, gain=2.0)
    few = OurGain(1.8, 3.0, 8, 1 / 8, 2.0, 2.0, 0.13, "split")
    their = next(published_reading(printed, few))
    found = read(2.0, few, their, 1.0, 0.95)
    assert found.outcome == "inconclusive"
    assert found.runs_needed == pairs_for_equivalence(1.0, upper_spread(3.0, 8), error=their.error)
    rng, sd = np.random.default_rng(0), upper_spread(3.0, 8)
    gaps = rng.normal(0, np.sqrt(sd**2 / found.runs_needed + their.error**2), 4000)
    edge = stats.norm.ppf(0.95) * np.sqrt(sd**2 / found.runs_needed + their.error**2)
    assert np.mean(np.abs(gaps) + edge < 1.0) == pytest.approx(0.8, abs=0.03)
