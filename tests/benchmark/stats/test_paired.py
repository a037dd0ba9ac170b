"""Method against baseline over pairs: every number against scipy or plain arithmetic, every degenerate case by name."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.paired import ComparisonSettings, ComparisonState, compare, leans_on_normal, paired_p

A = np.array([70.1, 72.4, 68.0, 74.2, 71.1, 69.9, 73.3])
B = np.array([69.0, 71.9, 68.8, 71.0, 70.2, 69.7, 71.2])
SCORES = arrays(float, st.tuples(st.just(2), st.integers(6, 9)), elements=st.integers(0, 100).map(float))


def test_primary_is_the_paired_t_test():
    found, expected = compare(A, B), stats.ttest_rel(A, B)
    low, high = expected.confidence_interval()
    assert found.state is ComparisonState.OK
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.p_greater == pytest.approx(stats.ttest_rel(A, B, alternative="greater").pvalue)
    assert found.p_less == pytest.approx(stats.ttest_rel(A, B, alternative="less").pvalue)
    assert compare(B, A).p_less == pytest.approx(found.p_greater)
    assert compare(A, A).p_less == 1.0
    assert found.difference == pytest.approx((A - B).mean())
    assert found.sd == pytest.approx((A - B).std(ddof=1))


def test_hedges_g_by_hand():
    pooled = math.sqrt((A.var(ddof=1) + B.var(ddof=1)) / 2)
    assert compare(A, B).hedges_g == pytest.approx((A.mean() - B.mean()) / pooled * (1 - 3 / (4 * 12 - 1)))


def test_shares_of_pairs():
    found = compare([1, 2, 3, 4], [0, 2, 4, 3])
    assert (found.won, found.lost, found.tied) == (0.5, 0.25, 0.25)


def test_sensitivity_tests_and_their_conditions():
    assert compare(A, B).p_sign_flip == pytest.approx(
        stats.permutation_test((A - B,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    )
    assert compare(A, B).p_wilcoxon is None
    fell = compare(A, B, collapsed=([False] * 7, [True] + [False] * 6))
    assert fell.p_wilcoxon == pytest.approx(stats.wilcoxon(A - B).pvalue)
    assert fell.p_collapse == 1.0
    assert fell.collapsed == (0, 1)
    assert compare(A[:5], B[:5]).p_sign_flip is None


def test_tests_on_different_sides_of_alpha_are_flagged():
    a = np.array([0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.5, 30.0])  # one run far out: the mean is uncertain, the signs are not
    found = compare(a, np.zeros(8))
    assert found.p > 0.05 >= found.p_sign_flip
    assert found.disagree
    assert not compare(A, B).disagree


def test_overlap_makes_the_test_more_careful():
    plain, careful = compare(A, B), compare(A, B, variance_factor=1 / 7 + 0.25 / 0.75)
    assert careful.p > plain.p
    assert careful.variance.startswith("Nadeau-Bengio")
    error = (A - B).std(ddof=1) * math.sqrt(1 / 7 + 1 / 3)
    assert careful.p == pytest.approx(2 * stats.t.sf((A - B).mean() / error, 6))
    ends = stats.t.interval(0.95, 6, loc=(A - B).mean(), scale=error)
    assert (careful.interval.low, careful.interval.high) == pytest.approx(ends)


def test_overlap_makes_the_smallest_detectable_difference_larger():
    """What is found with power .8 where the mean has the variance s^2 (1/n + r/(1 - r)); the other side of the test adds nothing there."""
    found = compare(A, B, variance_factor=1 / 7 + 0.25 / 0.75).detectable
    error = (A - B).std(ddof=1) * math.sqrt(1 / 7 + 1 / 3)
    assert stats.nct.sf(stats.t.ppf(0.975, 6), 6, found / error) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        ([], [], ComparisonState.NONE),
        ([1.0], [2.0], ComparisonState.SINGLE),
        ([1.0, 3.0], [2.0, 2.5], ComparisonState.TWO),
        ([1.0, 3.0, 5.0], [1.0, 3.0, 5.0], ComparisonState.IDENTICAL),
        ([1.1, 3.1, 5.1], [1.0, 3.0, 5.0], ComparisonState.CONSTANT),
    ],
)
def test_degenerate_designs_are_named_and_never_nan(a, b, state):
    found = compare(a, b)
    assert found.state is state
    assert not any(isinstance(value, float) and math.isnan(value) for value in dataclasses.asdict(found).values())
    assert found.interval is None or state is ComparisonState.TWO
    assert found.detectable is None


def test_identical_scores_are_no_evidence():
    found = compare(A, A)
    assert (found.p, found.p_greater, found.sd, found.tied) == (1.0, 1.0, 0.0, 1.0)


def test_a_constant_difference_is_judged_by_its_signs():
    assert compare(B + 1, B).p == 2 / 2**7
    assert compare(B + 1, B).p_greater == 1 / 2**7
    assert compare(B - 1, B).p_greater == 1.0


def test_a_constant_difference_of_few_or_of_many_pairs_has_the_exact_p_of_its_signs():
    """Plans and reports had two answers: none below six pairs in a report, a sampled one above sixteen."""
    assert compare(B[:5] + 1, B[:5]).p == 2 / 2**5
    assert compare(np.arange(20.0) + 1, np.arange(20.0)).p == 2 / 2**20
    assert paired_p([0.1] * 5) == (2 / 2**5, 1 / 2**5)
    assert paired_p([0.1, 0.1]) == (None, None)


def test_two_pairs_have_an_interval_and_no_test():
    found = compare([1.0, 3.0], [2.0, 2.5])
    assert found.p is None
    assert found.interval.n == 2


def test_reach_is_asked_for_the_declared_family():
    found = compare(A, B, settings=ComparisonSettings(cells=10))
    assert found.reach.threshold == pytest.approx(0.005)
    assert not found.rank_reach.reachable
    assert found.rank_reach.needed == 9
    assert found.detectable > compare(A, B).detectable


def test_mistakes_are_told():
    with pytest.raises(UserError, match="shapes"):
        compare([1.0, 2.0], [1.0])
    with pytest.raises(UserError, match="not finite"):
        compare([1.0, math.nan], [1.0, 2.0])


@settings(max_examples=40, deadline=None)
@given(SCORES)
def test_swapping_the_arms_turns_everything_round(pair):
    a, b = pair
    one, other = compare(a, b), compare(b, a)
    assert one.state is other.state
    assert one.p == pytest.approx(other.p)
    assert one.p_sign_flip == pytest.approx(other.p_sign_flip)
    assert (one.won, one.tied) == (other.lost, other.tied)
    assert one.difference == pytest.approx(-other.difference)


@settings(max_examples=40, deadline=None)
@given(SCORES, st.integers(-50, 50))
def test_a_common_shift_changes_nothing(pair, shift):
    one, other = compare(*pair), compare(pair[0] + shift, pair[1] + shift)
    assert one.p == pytest.approx(other.p)
    assert one.interval == other.interval or one.interval.low == pytest.approx(other.interval.low)
    assert one.p_sign_flip == pytest.approx(other.p_sign_flip)


def test_a_t_test_leans_on_normal_scores_where_pairs_are_few_skewed_or_of_unequal_spread():
    base = np.array([0.60, 0.63, 0.58, 0.66, 0.61, 0.57, 0.62, 0.64])
    even = base + np.array([0.04, 0.03, 0.05, 0.02, 0.06, 0.04, 0.03, 0.05])
    tail = base + np.array([0.04, 0.03, 0.05, 0.02, 0.06, 0.04, 0.03, -0.2])
    assert not leans_on_normal(even, base)
    assert leans_on_normal(even[:5], base[:5])
    assert abs(stats.skew(tail - base)) > 0.7
    assert leans_on_normal(tail, base)
    assert leans_on_normal(base.mean() + 2.5 * (base - base.mean()), base)
    assert not leans_on_normal(base, base)


@pytest.mark.parametrize(("ones", "leans"), [(334, True), (335, False)])
def test_differences_lean_from_a_skewness_of_seven_tenths_on(ones, leans):
    """A share p of ones among zeros has the skewness (1 - 2p) / sqrt(p (1 - p)): 0.704 and 0.699."""
    base, d = np.linspace(0, 100, 1000), np.zeros(1000)
    d[np.random.default_rng(0).permutation(1000)[:ones]] = 1.0
    assert (stats.skew(d) >= 0.7) is np.bool_(leans)
    assert leans_on_normal(base + d, base) == leans_on_normal(base - d, base) == leans


@pytest.mark.parametrize(("ratio", "leans"), [(1.99, False), (2.01, True)])
def test_pairs_lean_where_one_spread_is_more_than_twice_the_other(ratio, leans):
    base = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
    assert leans_on_normal(ratio * base, base) == leans_on_normal(base, ratio * base) == leans
