"""Better on a new task: the t-test over tasks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.stats.over_tasks.task_means import task_means


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
