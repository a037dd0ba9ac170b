"""Uncertainty of the test set: the two-way bootstrap."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.example_uncertainty import _drawn_counts, two_way_bootstrap, two_way_estimate


def correctness(splits, examples, gain, by_split=0.0, by_example=0.0, seed=0):
    """Correctness of two arms whose gain varies over splits and over examples."""
    rng = np.random.default_rng(seed)
    effect = gain + by_split * rng.standard_normal(splits)[:, None] + by_example * rng.standard_normal(examples)
    a, b = (rng.random((splits, examples)) < np.clip(0.7 + sign * effect / 2, 0, 1) for sign in (1, -1))
    return a.astype(float), b.astype(float)


def test_a_gain_on_most_examples_is_a_gain_on_the_task():
    found = two_way_bootstrap(*correctness(8, 400, 0.1), task="SST-2")
    assert found.scope == "task"
    assert found.sentence == "better on SST-2"
    assert (found.two_way.unit, found.over_splits.unit, found.over_examples.unit) == ("split x test example", "split", "test example")
    assert two_way_bootstrap(*correctness(8, 400, 0.1)[::-1]).sentence == "worse on TASK"


def test_many_splits_do_not_make_a_few_examples_a_task():
    a, b = correctness(40, 30, 0.0, by_example=0.6, seed=1)
    found = two_way_bootstrap(a, b)
    assert found.over_splits.excludes(0)
    assert not found.two_way.excludes(0)
    assert found.sentence.endswith("on these test examples")


def test_the_two_way_interval_matches_the_unbiased_variance():
    a, b = correctness(30, 300, 0.05, by_split=0.05, by_example=0.3, seed=1)
    d = a - b
    n, m = d.shape
    rest = d - d.mean(1, keepdims=True) - d.mean(0) + d.mean()
    variance = d.mean(1).var(ddof=1) / n + d.mean(0).var(ddof=1) / m - (rest**2).sum() / ((n - 1) * (m - 1) * n * m)
    found = two_way_bootstrap(a, b, resamples=4000).two_way
    assert (found.high - found.low) / 2 == pytest.approx(2.0 * np.sqrt(variance), rel=0.08)


def test_over_examples_agrees_with_scipys_bootstrap():
    a, b = correctness(5, 200, 0.05)
    mean = (a - b).mean(axis=0)
    expected = stats.bootstrap((mean,), np.mean, method="percentile", n_resamples=4000, rng=1).confidence_interval
    found = two_way_bootstrap(a, b, resamples=4000).over_examples
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.006)


def test_over_splits_is_the_t_interval_of_split_means():
    a, b = correctness(6, 50, 0.1)
    low, high = stats.ttest_1samp((a - b).mean(axis=1), 0).confidence_interval()
    found = two_way_bootstrap(a, b).over_splits
    assert (found.low, found.high) == pytest.approx((low, high))


def two_way_by_loops(d):
    """Variance of split means over S, of example means over E, and of their interaction over S E; each from sums of squares."""
    s, e = len(d), len(d[0])
    grand = sum(map(sum, d)) / (s * e)
    rows, columns = [sum(row) / e for row in d], [sum(column) / s for column in zip(*d, strict=True)]
    by_split = sum((row - grand) ** 2 for row in rows) / (s - 1) / s
    by_example = sum((column - grand) ** 2 for column in columns) / (e - 1) / e
    rest = sum((d[i][j] - rows[i] - columns[j] + grand) ** 2 for i in range(s) for j in range(e)) / ((s - 1) * (e - 1))
    return by_split, by_example, rest / (s * e)


def test_the_two_way_estimate_by_plain_loops():
    a, b = [[1, 1, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1]], [[1, 0, 0, 0], [1, 0, 1, 1], [1, 0, 0, 1]]
    by_split, by_example, interaction = two_way_by_loops(np.subtract(a, b).tolist())
    assert by_split > interaction < by_example
    found = two_way_estimate(a, b)
    assert found.value == pytest.approx(1 / 12)
    assert found.error == pytest.approx(math.sqrt(by_split + by_example - interaction))
    assert found.freedom == pytest.approx((by_split + by_example) ** 2 / (by_split**2 / 2 + by_example**2 / 3))


def test_the_two_way_error_is_never_below_that_of_either_factor_alone():
    a, b = [[1, 1, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]], [[1, 0, 1, 1], [1, 1, 1, 1], [1, 0, 1, 1]]
    by_split, by_example, interaction = two_way_by_loops(np.subtract(a, b).tolist())
    assert by_split + by_example - interaction < by_example  # more than one factor has to itself would be taken away
    assert two_way_estimate(a, b).error == pytest.approx(math.sqrt(by_example))


def test_same_seed_same_interval():
    pair = correctness(5, 60, 0.1)
    assert two_way_bootstrap(*pair, seed=4) == two_way_bootstrap(*pair, seed=4)
    assert two_way_bootstrap(*pair, seed=4) != two_way_bootstrap(*pair, seed=5)


def test_identical_models_and_a_single_split():
    a, _ = correctness(4, 50, 0.0)
    same = two_way_bootstrap(a, a)
    assert (same.two_way.low, same.two_way.high, same.scope) == (0.0, 0.0, "none")
    one = two_way_bootstrap(*correctness(1, 400, 0.3))
    assert one.over_splits is None
    assert one.scope == "none"


def test_the_draws_are_shared_by_comparisons_on_as_many_examples():
    counts = _drawn_counts(60, 50, 0)
    assert counts.sum(axis=1).tolist() == [60] * 50
    assert counts.astype(float).mean(axis=0) == pytest.approx(np.ones(60), abs=0.6)
    assert _drawn_counts(60, 50, 0) is counts


def test_mistakes_are_told():
    with pytest.raises(UserError, match="shapes"):
        two_way_bootstrap(np.ones((2, 3)), np.ones((2, 4)))


def test_training_sets_that_overlap_widen_every_interval_over_splits():
    a, b = correctness(10, 300, 0.05, by_split=0.02, seed=1)
    factor = 1 / 10 + 0.5 / 0.5
    plain, wide = two_way_bootstrap(a, b), two_way_bootstrap(a, b, variance_factor=factor)
    means = (a - b).mean(axis=1)
    half = stats.t.ppf(0.975, 9) * means.std(ddof=1) * factor**0.5
    assert (wide.over_splits.low, wide.over_splits.high) == pytest.approx((means.mean() - half, means.mean() + half))
    assert wide.two_way.high - wide.two_way.low > 2 * (plain.two_way.high - plain.two_way.low)
    assert wide.over_examples == plain.over_examples
