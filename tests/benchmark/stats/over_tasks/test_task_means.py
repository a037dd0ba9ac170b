"""Better on a new task: the t-test over tasks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.stats.over_tasks.task_means import interquartile_mean, task_means


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
