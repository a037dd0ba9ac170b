"""The arithmetic behind the checks, against scipy, simulation or a sum by hand."""

from __future__ import annotations

import random
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.audit.checks.attainable import attainable, runs_needed, truncated
from reports.audit.checks.augmentation import ratio, repeated, threshold
from reports.audit.checks.confusion_matrices import Printed, harmonic, possible_readings, rates
from reports.audit.checks.denominators import left_of_the_gradient
from reports.audit.checks.p_values import implied_n, least_paired_p, welch_p
from reports.audit.checks.perturbation_lengths import length
from reports.audit.checks.pooled_spreads import pooled
from reports.audit.checks.term_weights import per_example
from reports.audit.printed import rounding
from reports.audit.top_of_many import kept, lift, shrinkage
from reports.published.facts import PerturbationStep

SPREADS = st.floats(0.1, 10)


@given(gain=st.floats(-20, 20), a=SPREADS, b=SPREADS, n=st.integers(2, 200))
def test_welch_is_scipys(gain, a, b, n):
    expected = stats.ttest_ind_from_stats(gain, a, n, 0.0, b, n, equal_var=False).pvalue
    assert welch_p(gain, a, b, n) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(gain=st.floats(0.1, 20), a=SPREADS, b=SPREADS, n=st.integers(3, 12), seed=st.integers(0, 10**6))
def test_no_paired_test_is_below_its_bound(gain, a, b, n, seed):
    """Oracle: scipy on drawn pairs that have exactly these means and standard deviations, at whatever correlation the draw has, and on
    pairs that rise and fall together, which reach the bound."""
    draw = np.random.default_rng(seed).standard_normal((2, n))
    first, second = (draw - draw.mean(1, keepdims=True)) / draw.std(1, ddof=1, keepdims=True)
    bound = least_paired_p(gain, a, b, n)
    assert stats.ttest_rel(gain + a * first, b * second).pvalue >= bound * (1 - 1e-6)
    if abs(a - b) > 1e-3:
        assert stats.ttest_rel(gain + a * first, b * first).pvalue == pytest.approx(bound, rel=1e-4)


def test_equal_spreads_bound_no_paired_test():
    assert least_paired_p(1.0, 2.0, 2.0, 10) == 0
    assert least_paired_p(0.0, 2.0, 2.0, 10) == 1


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


def test_rates_of_a_confusion_matrix_written_out():
    """40 of 50 positives found, 10 of 50 negatives taken for positive: precision and recall 80 %, accuracy 80 %, F1 80 %."""
    found = rates(np.array([40]), np.array([40]), (50, 50))
    assert [float(one[1][0]) for one in (found.precisions, found.recalls, found.f1s)] == pytest.approx([80, 80, 80])
    assert float(found.accuracy[0]) == 80
    assert float(harmonic(np.array([50.0]), np.array([100.0]))[0]) == pytest.approx(200 / 3)


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, 40), second=st.integers(0, 30))
def test_every_real_confusion_matrix_is_possible(first, second):
    """Oracle: scikit-learn's scores of predictions with that confusion matrix, printed with two digits."""
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support

    gold, predicted = [0] * 40 + [1] * 30, [0] * first + [1] * (40 - first) + [1] * second + [0] * (30 - second)
    right = 100 * accuracy_score(gold, predicted)
    for reading, how in (("binary, second class", "binary"), ("macro", "macro"), ("weighted by class", "weighted")):
        numbers = precision_recall_fscore_support(gold, predicted, average=how, zero_division=0)[:3]
        ends = [(round(100 * value, 2) - 0.005, round(100 * value, 2) + 0.005) for value in numbers]
        assert reading in possible_readings(Printed(*ends, (right - 0.005, right + 0.005)), (40, 30))


def test_numbers_of_different_predictions_are_not_possible():
    """Precision and recall 80 % of 50 and 50 examples: accuracy 80 %, so not 90 %."""
    near = [(79.995, 80.005)] * 3
    assert possible_readings(Printed(*near, (79.9, 80.1)), (50, 50))
    assert possible_readings(Printed(*near, (89.9, 90.1)), (50, 50)) == []


@pytest.mark.parametrize(
    ("printed", "low", "high"), [(5e-10, 4.5e-10, 5.5e-10), (0.6, 0.55, 0.65), (1e-46, 0.5e-46, 1.5e-46), (2e-4, 1.5e-4, 2.5e-4)]
)
def test_a_printed_p_stands_for_what_rounds_to_it(printed, low, high):
    assert rounding(printed) == pytest.approx((low, high), rel=1e-6)


def test_a_summed_term_beside_an_averaged_one_grows_with_the_batch():
    """Oracle: 0.5 x the sum of four examples' terms beside the mean of their cross-entropies is 2 x the mean of the terms."""
    terms = [0.1, 0.7, 0.2, 0.4]
    assert 0.5 * sum(terms) == pytest.approx(per_example(0.5, "mean", "sum", 4) * statistics.mean(terms))
    assert per_example(0.5, "sum", "sum", 4) == per_example(0.5, "mean", "mean", 4) == 0.5


@given(cosine=st.floats(-1, 1), temperature=st.floats(0.05, 1), others=st.integers(1, 255))
def test_what_a_constant_in_the_denominator_leaves_of_the_gradient(cosine, temperature, others):
    """Oracle: the derivative of log(1 + sum) over that of log(sum), by finite differences in the similarity of the others."""

    def log_sum(shift, constant):
        return np.log(constant + others * np.exp((cosine + shift) / temperature))

    slopes = [(log_sum(1e-4, constant) - log_sum(-1e-4, constant)) / 2e-4 for constant in (1, 0)]
    assert left_of_the_gradient(cosine, temperature, others) == pytest.approx(slopes[0] / slopes[1], rel=1e-3, abs=1e-9)


def perturbation(rule, **more):
    return PerturbationStep(table="t", where="w", rule=rule, source="s", **{"step_size": 1e-3, "start": 1e-5, "guard": 1e-6, **more})


@given(step=st.floats(1e-4, 1), gradient=st.floats(1e-3, 10))
def test_lengths_of_the_two_rules(step, gradient):
    """Oracle: the two rules in a plain loop over the coordinates of one token."""
    direction, start = [gradient, -gradient / 2, 0.0], [1e-5, -5e-6, 0.0]
    stepped = [step * g / (max(map(abs, direction)) + 1e-6) for g in direction]
    assert length(perturbation("step"), step, gradient) == pytest.approx(max(map(abs, stepped)))
    moved = [s + step * g for s, g in zip(start, direction, strict=True)]
    scaled = [m / (max(map(abs, moved)) + 1e-6) for m in moved]
    assert length(perturbation("ball"), step, gradient) == pytest.approx(max(map(abs, scaled)))
