"""Ratio of two paired standard deviations."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmark.stats.spread import smallest_ratio, spread_ratio

RNG = np.random.default_rng(1)
A = RNG.normal(70, 1, 15)
B = 0.5 * A + RNG.normal(35, 2, 15)


def test_p_is_that_of_the_correlation_of_sum_and_difference():
    found = spread_ratio(A, B)
    assert found.p == pytest.approx(stats.pearsonr(A + B, A - B).pvalue)  # Pitman's and Morgan's own form
    assert found.interval.value == pytest.approx(A.std(ddof=1) / B.std(ddof=1))


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_interval_holds_what_the_test_does_not_reject(end):
    ratio = getattr(spread_ratio(A, B).interval, end)
    assert spread_ratio(A, B * ratio).p == pytest.approx(0.05)


def test_swapped_pairs_agree_where_scores_are_normal():
    found = spread_ratio(A, B)
    assert found.p_swap == pytest.approx(found.p, abs=0.05)
    assert found == spread_ratio(A, B)


def test_one_collapsed_run_is_no_spread():
    a = A.copy()
    a[0] -= 30
    found = spread_ratio(a, A + RNG.normal(0, 0.5, 15))
    assert found.p < 0.001  # normal theory is sure of it
    assert found.p_swap > 0.3  # either arm may have had the one collapse


@settings(max_examples=25, deadline=None)
@given(st.floats(-20, 20), st.integers(0, 99))
def test_shift_changes_nothing_and_swapping_arms_inverts(shift, seed):
    a, b = np.random.default_rng(seed).normal(size=(2, 8))
    one, other = spread_ratio(a, b), spread_ratio(b + shift, a + shift)
    assert one.interval.low == pytest.approx(1 / other.interval.high, rel=1e-6)
    assert one.p == pytest.approx(other.p, rel=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        ([1.0, 2.0], [1.0, 3.0], "fewer than three pairs"),
        ([1.0], [1.0], "fewer than three pairs"),
        ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], "an arm without spread"),
        ([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], "perfectly correlated arms"),
    ],
)
def test_degenerate_pairs_are_named(a, b, state):
    found = spread_ratio(a, b)
    assert (found.state, found.interval, found.p, found.p_swap) == (state, None, None, None)


def test_few_pairs_count_every_pattern_of_swaps():
    a, b = A[:7], B[:7]
    x, y = a - np.median(a), b - np.median(b)
    seen = abs(np.log(x.var() / y.var()))
    patterns = [np.array(swap) for swap in itertools.product([False, True], repeat=7)]
    hits = [abs(np.log(np.where(swap, y, x).var() / np.where(swap, x, y).var())) >= seen - 1e-9 for swap in patterns]
    assert spread_ratio(a, b).p_swap == np.mean(hits)


@pytest.mark.parametrize(("n", "correlation"), [(12, 0.0), (20, 0.6)])
def test_the_smallest_ratio_is_found_with_the_power_asked_for(n, correlation):
    ratio = smallest_ratio(n, correlation)
    rng = np.random.default_rng(3)
    common, own = np.sqrt(correlation) * rng.normal(size=(3000, n)), np.sqrt(1 - correlation) * rng.normal(size=(2, 3000, n))
    a, b = ratio * (common + own[0]), common + own[1]
    p = stats.pearsonr(a + b, a - b, axis=1).pvalue
    assert np.mean(p <= 0.05) == pytest.approx(0.8, abs=0.05)
    assert smallest_ratio(3, correlation) is None
