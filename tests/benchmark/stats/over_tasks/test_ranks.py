"""Ranks over tasks, Friedman's test and Nemenyi's critical difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.over_tasks.ranks import interquartile_mean, ranks

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
