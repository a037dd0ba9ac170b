"""The mean over fixed tasks: against plain arithmetic, with clusters, and its coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means, fixed_tasks


def task(name: str, values: list[float] | np.ndarray, cluster: str = "") -> TaskValues:
    values = np.asarray(values, dtype=float)
    return TaskValues(name, cluster or name, values, tuple(range(values.size)))


def test_one_task_is_the_t_test() -> None:
    values = [1.0, 2.5, 0.3, -0.4]
    found, expected = fixed_tasks([task("a", values)]), stats.ttest_1samp(values, 0)
    assert found.p() == pytest.approx(expected.pvalue)
    assert found.interval().low == pytest.approx(expected.confidence_interval().low)


def test_two_tasks_are_welchs_test_of_their_half_difference() -> None:
    one, other = [1.0, 2.5, 0.3, -0.4, 2.2], [-3.0, 1.5, 0.2]
    found = fixed_tasks([task("a", one), task("b", [-x for x in other])])
    expected = stats.ttest_ind(one, other, equal_var=False)
    assert found.p() == pytest.approx(expected.pvalue)
    assert found.value == pytest.approx((np.mean(one) - np.mean(other)) / 2)


def test_every_task_weighs_alike() -> None:
    assert fixed_tasks([task("a", [1.0, 1.2] * 20), task("b", [3.0, 3.2])]).value == pytest.approx((1.1 + 3.1) / 2)


def test_tasks_of_a_cluster_share_their_error() -> None:
    rng = np.random.default_rng(0)
    shared = rng.normal(0, 2, 20)
    apart = fixed_tasks([task("a", shared), task("b", shared)])
    together = fixed_tasks([task("a", shared, "ab"), task("b", shared, "ab")])
    alone = fixed_tasks([task("a", shared)])
    assert together.error == pytest.approx(alone.error)
    assert apart.error == pytest.approx(alone.error / math.sqrt(2))
    assert together.freedom == pytest.approx(19)


def test_a_negative_covariance_makes_nothing_surer() -> None:
    values = np.random.default_rng(0).normal(0, 2, 20)
    opposed = fixed_tasks([task("a", values, "ab"), task("b", -values, "ab")])
    apart = fixed_tasks([task("a", values), task("b", -values)])
    assert opposed.error == pytest.approx(apart.error)


def test_overlapping_training_sets_are_counted() -> None:
    values = np.array([1.0, 2.0, 4.0])
    found = fixed_tasks([TaskValues("a", "a", values, (0, 1, 2), variance_factor=0.5)])
    assert found.error == pytest.approx(values.std(ddof=1) * math.sqrt(0.5))


def test_clusters_weigh_by_their_tasks() -> None:
    tasks = [task("a", [0.0, 0.2], "ab"), task("b", [2.0, 2.2], "ab"), task("c", [5.0, 5.2])]
    assert [(c.cluster, c.tasks, round(c.mean, 6)) for c in cluster_means(tasks)] == [("ab", 2, 1.1), ("c", 1, 5.1)]
    assert fixed_tasks(tasks).value == pytest.approx((0.1 + 2.1 + 5.1) / 3)


def test_the_interval_covers_as_promised() -> None:
    rng, hits = np.random.default_rng(1), 0
    truth = np.array([0.0, 1.0, -2.0, 3.0])
    for _ in range(600):
        tasks = [task(str(i), rng.normal(mu, 1 + i, 6)) for i, mu in enumerate(truth)]
        hits += not fixed_tasks(tasks).interval().excludes(float(truth.mean()))
    assert hits / 600 == pytest.approx(0.95, abs=0.03)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(-50, 50), min_size=2, max_size=6), min_size=1, max_size=5), st.integers(-20, 20))
def test_a_shift_moves_the_mean_alone(tables: list[list[int]], shift: int) -> None:
    one = fixed_tasks([task(str(i), row) for i, row in enumerate(tables)])  # type: ignore[arg-type]
    other = fixed_tasks([task(str(i), [x + shift for x in row]) for i, row in enumerate(tables)])
    assert other.value == pytest.approx(one.value + shift, abs=1e-9)
    assert other.error == pytest.approx(one.error, abs=1e-9)


def test_mistakes_are_reported() -> None:
    with pytest.raises(UserError, match="fewer than two units: b"):
        fixed_tasks([task("a", [1.0, 2.0]), task("b", [1.0])])
    with pytest.raises(UserError, match="Different tasks"):
        fixed_tasks([task("a", [1.0, 2.0]), task("a", [1.0, 2.0])])
    with pytest.raises(UserError, match="0 tasks"):
        fixed_tasks([])
