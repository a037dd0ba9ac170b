"""The arithmetic behind the checks, against scipy, simulation or a sum by hand."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.audit.checks.attainable import attainable, runs_needed, truncated
from reports.audit.checks.augmentation import ratio, repeated, threshold
from reports.audit.checks.confusion_matrices import accuracy, harmonic
from reports.audit.checks.p_values import implied_n, welch_p
from reports.audit.checks.pooled_spreads import pooled
from reports.audit.printed import rounding
from reports.audit.top_of_many import kept, lift, shrinkage

SPREADS = st.floats(0.1, 10)


@given(gain=st.floats(-20, 20), a=SPREADS, b=SPREADS, n=st.integers(2, 200))
def test_welch_is_scipys(gain, a, b, n):
    expected = stats.ttest_ind_from_stats(gain, a, n, 0.0, b, n, equal_var=False).pvalue
    assert welch_p(gain, a, b, n) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(gain=st.floats(0.1, 20), a=SPREADS, b=SPREADS, n=st.floats(3, 1000))
def test_implied_n_undoes_welch(gain, a, b, n):
    p = welch_p(gain, a, b, n)
    if p > 1e-250:
        assert implied_n(gain, a, b, p) == pytest.approx(n, rel=1e-6)


def test_no_n_gives_a_small_p_without_a_gain():
    assert implied_n(0.0, 1.0, 1.0, 0.05) is None
    assert implied_n(100.0, 0.1, 0.1, 0.5) == 2


def test_expected_largest_of_three():
    """E of the largest of three standard normal values is 3 / (2 sqrt(pi))."""
    assert kept(1, 3).mean == pytest.approx(0.846284, abs=1e-6)


def test_keeping_all_changes_nothing():
    assert kept(10, 10) == (0.0, 1.0)
    assert shrinkage(10, 10, 1.0) == 1.0
    assert lift(2.0, 10, 10, 1.0) == 0.0


@pytest.mark.parametrize("correlation", [0.0, 0.7, 1.0])
def test_selection_against_simulation(correlation):
    draw = random.Random(0)
    means, variances = [], []
    for _ in range(4000):
        dev = [draw.gauss(0, 1) for _ in range(10)]
        test = [correlation * x + (1 - correlation**2) ** 0.5 * draw.gauss(0, 1) for x in dev]
        best = [score for _, score in sorted(zip(dev, test, strict=True))[-3:]]
        means.append(statistics.mean(best))
        variances.append(statistics.variance(best))
    assert statistics.mean(means) == pytest.approx(correlation * kept(3, 10).mean, abs=0.03)
    assert statistics.mean(variances) == pytest.approx(shrinkage(3, 10, correlation) ** 2, abs=0.04)


def test_lift_is_in_units_of_the_printed_spread():
    assert lift(2.0, 3, 10, 1.0) == pytest.approx(2 * kept(3, 10).mean / kept(3, 10).variance ** 0.5)


@given(right=st.integers(0, 872), runs=st.integers(1, 5))
def test_every_real_accuracy_is_attainable(right, runs):
    percent = round(100 * right * runs / (872 * runs), 2)
    assert attainable(percent, 0.005, 872, runs)


def test_as_many_values_are_attainable_as_there_are_counts():
    """0 to 872 right answers, none of them on an exact half of the last digit: 873 of the 10,001 printable values."""
    exact = {round(100 * right / 872, 2) for right in range(873)}
    assert {value / 100 for value in range(10001) if attainable(value / 100, 0.005, 872)} == exact


def test_attainable_by_hand():
    assert attainable(98.46, 0.005, 65)
    assert not attainable(99.81, 0.005, 65)
    assert runs_needed(99.81, 0.005, 65) == 8  # 519 of 520
    assert attainable(100.0, 0.005, 65)
    assert truncated(90.13, 0.005, 436)  # 393 of 436 = 90.138
    assert not truncated(90.14, 0.005, 436)


def test_the_printed_digits_decide_how_much_is_known():
    assert attainable(99.8, 0.05, 1000)
    assert not attainable(99.8, 0.05, 65)


def test_pooled_spread_is_the_spread_of_all_values():
    parts = [[1.0, 2.0, 4.0], [3.0, 5.0, 10.0], [0.0, 0.5, 7.0]]
    found = pooled([statistics.mean(part) for part in parts], [statistics.stdev(part) for part in parts], 3)
    assert found == pytest.approx(statistics.stdev([value for part in parts for value in part]))


@given(largest=st.integers(10, 100_000), share=st.floats(0.001, 1), max_ratio=st.sampled_from([2.0, 4.0, 20.0]))
def test_a_class_is_repeated_exactly_below_the_threshold(largest, share, max_ratio):
    size = max(1, round(largest * share))
    limit = threshold(largest, 1.5, max_ratio)
    if abs(size - limit) > 1e-6 * limit:
        assert (ratio(size, largest, max_ratio) >= 1.5) == (size <= limit)


def test_repeats_by_hand():
    """f(10) = log(1000 / 10) * 4 / log(1000) = 2.67: three times. f(500) = 0.4: not at all."""
    assert repeated([1000, 500, 10], 1.5, 4) == [(10, 3)]


def test_precision_and_recall_of_a_confusion_matrix_by_hand():
    """40 of 50 positives found, 10 of 50 negatives taken for positive: precision and recall 80 %, accuracy 80 %, F1 80 %."""
    assert harmonic(80, 80) == 80
    assert accuracy(80, 80, 50, 50) == pytest.approx(80)
    assert accuracy(50, 100, 100, 50) == pytest.approx(100 * (50 + 50) / 150)


@pytest.mark.parametrize(
    ("printed", "low", "high"), [(5e-10, 4.5e-10, 5.5e-10), (0.6, 0.55, 0.65), (1e-46, 0.5e-46, 1.5e-46), (2e-4, 1.5e-4, 2.5e-4)]
)
def test_a_printed_p_stands_for_what_rounds_to_it(printed, low, high):
    assert rounding(printed) == pytest.approx((low, high), rel=1e-6)
