"""Signs, ranks and collapse against scipy and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from benchmark.stats.exact_tests import collapse, mcnemar_exact, sign_flip, wilcoxon

D = np.array([0.4, -0.1, 1.2, 0.8, 0.3, -0.2, 0.9])


def test_sign_flip_agrees_with_scipys_enumeration():
    expected = stats.permutation_test((D,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip(D) == pytest.approx(expected)


def test_sign_flip_counts_equal_sums_despite_rounding():
    assert sign_flip([0.1, 0.2, 0.3, 0.1, 0.2, 0.3]) == 2 / 2**6
    assert sign_flip(np.zeros(6)) == 1.0


def test_sign_flip_is_sampled_above_sixteen_and_repeats():
    d = np.random.default_rng(0).normal(0.3, 1, 24)
    p = sign_flip(d, seed=3)
    assert p == sign_flip(d, seed=3)
    assert p == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.02)


def test_five_pairs_have_no_test():
    assert sign_flip(D[:5]) is None
    assert wilcoxon(D[:5]) is None


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(-6, 6), min_size=6, max_size=16))
def test_wilcoxon_with_ties_and_zeros_is_scipys(whole):
    d = np.array(whole) / 7
    expected = 1.0 if not d.any() else stats.wilcoxon(np.round(d, 12), zero_method="pratt").pvalue
    assert wilcoxon(d) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [6, 13, 14, 50, 51])
def test_wilcoxon_without_ties_is_scipys(n):
    d = np.random.default_rng(n).normal(0.3, 1, n)
    assert wilcoxon(d) == pytest.approx(stats.wilcoxon(d).pvalue, rel=1e-9)


def test_wilcoxon_agrees_with_scipy():
    assert wilcoxon(D) == pytest.approx(stats.wilcoxon(D).pvalue)
    assert wilcoxon(np.zeros(7)) == 1.0


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 0), (1, 4), (3, 3)])
def test_mcnemar_agrees_with_statsmodels(first, second):
    assert mcnemar_exact(first, second) == pytest.approx(mcnemar([[0, first], [second, 0]], exact=True).pvalue)


def test_collapse_counts_pairs_in_which_one_arm_collapsed():
    assert collapse([True] * 6, [False] * 6) == pytest.approx(2 / 2**6)
    assert collapse([True, False], [True, False]) == 1.0
    assert collapse([False, False], [False, False]) is None
