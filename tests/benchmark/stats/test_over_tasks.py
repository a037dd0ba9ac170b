"""Across tasks: partial conjunction, task means, aggregates, ranks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.over_tasks import interquartile_mean, partial_conjunction, ranks, task_means

P = (0.2, 0.001, 0.03, 0.004)


def test_better_on_at_least_u_by_hand():
    found = partial_conjunction(P)  # sorted: .001 .004 .03 .2
    assert found.p == pytest.approx((4 * 0.001, 3 * 0.004, 2 * 0.03, 0.2))
    assert found.at_least == 2
    assert str(found) == "better on at least 2 of 4 tasks (bonferroni, alpha = 0.05)"


def test_fisher_combines_the_largest():
    found = partial_conjunction(P, method="fisher")
    assert found.p[1] == pytest.approx(stats.combine_pvalues([0.004, 0.03, 0.2], method="fisher").pvalue)
    assert found.at_least == 3


def test_a_task_without_a_test_counts_against():
    assert partial_conjunction([0.001, None]).p == pytest.approx((0.002, 1.0))
    assert partial_conjunction([]).at_least == 0
    assert partial_conjunction([0.0, 0.0], method="fisher").at_least == 2
    with pytest.raises(UserError, match="combination 'stouffer'"):
        partial_conjunction(P, method="stouffer")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from(["bonferroni", "fisher"]))
def test_p_never_falls_with_u_and_order_does_not_matter(p, method):
    found = partial_conjunction(p, method=method)
    assert list(found.p) == sorted(found.p)
    assert found == partial_conjunction(p[::-1], method=method)


def test_task_means_are_a_t_test_over_tasks():
    d = [1.0, 2.0, 0.5, 1.2]
    found, expected = task_means(d), stats.ttest_1samp(d, 0)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.interval.unit, found.interval.low) == ("task", pytest.approx(expected.confidence_interval().low))
    assert found.p_wilcoxon is None
    many = np.linspace(-0.1, 1, 10)
    assert task_means(many).p_wilcoxon == pytest.approx(stats.wilcoxon(many).pvalue)


def test_too_few_tasks():
    assert task_means([]).difference is None
    assert task_means([1.0, 2.0]).p is None


def test_interquartile_mean_drops_the_outer_quarters():
    scores = {"a": [1.0, 2.0, 3.0, 100.0], "b": [2.0, 3.0, 4.0, -50.0]}
    found = interquartile_mean(scores)
    assert found.value == pytest.approx(stats.trim_mean([1, 2, 3, 100, 2, 3, 4, -50], 0.25))
    assert (found.n, found.unit) == (8, "run inside its task")
    assert found.low <= found.value <= found.high
    assert found == interquartile_mean(scores)


def test_runs_are_resampled_inside_their_task_alone():
    far = interquartile_mean({"a": [0.0, 0.1, 0.2], "b": [100.0, 100.1, 100.2]})
    assert far.high - far.low < 60  # resampling across tasks would reach from 0 to 100
    assert interquartile_mean({"a": [1.0], "b": [2.0]}) is None


def test_interquartile_interval_agrees_with_scipy_for_many_runs():
    rng = np.random.default_rng(0)
    tasks = [rng.normal(i, 1, 60) for i in range(3)]
    expected = stats.bootstrap(
        tasks, lambda *x: stats.trim_mean(np.concatenate(x), 0.25), method="percentile", n_resamples=1500, vectorized=False, rng=rng
    ).confidence_interval
    found = interquartile_mean(dict(zip("abc", tasks, strict=True)))
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.04)


SCORES = {"ce": [0.70, 0.60, 0.80, 0.55, 0.61], "scl": [0.72, 0.66, 0.80, 0.60, 0.65], "cat": [0.60, 0.50, 0.70, 0.50, 0.50]}


def test_ranks_with_ties_and_friedman():
    found = ranks(SCORES)
    assert found.mean_rank == pytest.approx({"scl": 1.1, "ce": 1.9, "cat": 3.0})
    assert list(found.mean_rank) == ["scl", "ce", "cat"]
    expected = stats.friedmanchisquare(*SCORES.values())
    assert (found.friedman_statistic, found.friedman_p) == pytest.approx((expected.statistic, expected.pvalue))


def test_critical_difference_is_nemenyis():
    # Demsar 2006, table 5: q = 2.343 for three and 2.569 for four classifiers at 5 %
    assert ranks(SCORES).critical_difference == pytest.approx(2.343 * math.sqrt(3 * 4 / (6 * 5)), abs=1e-3)
    four = ranks({str(i): [float(i)] * 14 for i in range(4)})
    assert four.critical_difference == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 14)), abs=1e-3)


def test_groups_are_those_not_told_apart():
    assert ranks(SCORES).groups == (("scl", "ce"), ("ce", "cat"))
    apart = ranks({name: [base + 0.0] * 40 for name, base in {"a": 3, "b": 2, "c": 1}.items()})
    assert apart.groups == ()
    assert ranks({"a": [1.0, 1.0], "b": [1.0, 1.0], "c": [1.0, 1.0]}).friedman_p is None
    assert ranks({"a": [1.0, 2.0]}).groups == ()


def test_ranks_need_the_same_tasks():
    with pytest.raises(UserError, match="different numbers of tasks"):
        ranks({"a": [1.0, 2.0], "b": [1.0]})
