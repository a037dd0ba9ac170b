"""Seeds that tasks have in common: 1 where tasks move apart, more where they move together, and what chance alone gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy import float64
from numpy.typing import NDArray
from scipy import stats

from benchmark.stats.over_tasks.fixed_tasks import TaskValues, fixed_tasks
from benchmark.stats.over_tasks.shared_seeds import shared_seeds


def task(name: str, values: NDArray[float64], first: int = 0) -> TaskValues:
    return TaskValues(name, name, values, tuple(range(first, first + values.size)))


def test_tasks_that_move_together_have_the_error_of_one_task() -> None:
    values = np.random.default_rng(0).normal(0, 2, 20)
    found = shared_seeds([task(name, values) for name in "abcd"])
    assert found is not None
    assert found.ratio == pytest.approx(2.0)  # sqrt of four tasks
    assert found.seeds == 20
    assert found.ratio > found.high


def test_tasks_that_move_against_each_other_have_less() -> None:
    values = np.random.default_rng(0).normal(0, 2, 20)
    found = shared_seeds([task("a", values), task("b", -values)])
    assert found is not None
    assert found.ratio == pytest.approx(0, abs=1e-9)


def test_it_is_the_t_test_of_the_seeds_means_over_the_error_that_the_answers_use() -> None:
    rows = np.random.default_rng(1).normal(0, 1, (3, 12)) * np.array([[1.0], [2.0], [3.0]])
    tasks = [task(str(i), row) for i, row in enumerate(rows)]
    found = shared_seeds(tasks)
    assert found is not None
    assert found.ratio == pytest.approx(stats.sem(rows.mean(axis=0)) / fixed_tasks(tasks).error)


def test_independent_tasks_lie_between_the_limits_as_often_as_said() -> None:
    rng, inside = np.random.default_rng(2), 0
    for _ in range(600):
        found = shared_seeds([task(str(i), row) for i, row in enumerate(rng.normal(0, 1, (8, 10)))])
        assert found is not None
        inside += found.low <= found.ratio <= found.high
    assert abs(inside / 600 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 600)


def test_only_units_that_every_task_has_count() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(0, 1, 10), rng.normal(0, 1, 10)
    found = shared_seeds([task("a", one), task("b", other, first=4)])
    assert found == shared_seeds([task("a", one[4:], first=4), task("b", other[:6], first=4)])
    assert found is not None
    assert found.seeds == 6


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        [task("a", np.array([1.0, 2.0, 4.0]))],
        [task("a", np.array([1.0, 2.0, 4.0])), task("b", np.array([1.0, 2.0, 4.0]), first=1)],
        [task("a", np.ones(5)), task("b", np.ones(5))],
    ],
    ids=["no task", "one task", "two units in common", "no spread"],
)
def test_nothing_is_said_where_nothing_can_be(tasks: list[TaskValues]) -> None:
    assert shared_seeds(tasks) is None
