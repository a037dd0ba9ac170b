"""The pooled ratio of standard deviations: arithmetic, a jackknife in plain loops, and its level where runs collapse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.stats.over_tasks.pooled_spread import TaskPairs, pooled_spread


def pairs(rng: np.random.Generator, ratio: float = 1.0, n: int = 20, k: int = 8, collapse: float = 0.0) -> list[TaskPairs]:
    found = []
    for i in range(k):
        common = rng.standard_normal(n)
        a, b = (2 * (common + rng.standard_normal(n)) - 30 * (rng.random(n) < collapse) for _ in range(2))
        found.append(TaskPairs(str(i), str(i), ratio * a, b))
    return found


def test_the_pooled_ratio_is_the_geometric_mean() -> None:
    tasks = pairs(np.random.default_rng(0), ratio=0.5)
    found = pooled_spread(tasks)
    assert found is not None
    ratios = [one.a.std(ddof=1) / one.b.std(ddof=1) for one in tasks]
    assert found.ratio(found.fixed).value == pytest.approx(math.exp(np.mean(np.log(ratios))))
    assert found.ratio(found.fixed).high < 1
    assert found.p < 0.01
    assert found.random is not None
    assert found.random.error == pytest.approx(np.std(np.log(ratios), ddof=1) / math.sqrt(8))


def test_the_error_of_a_task_is_the_jackknife() -> None:
    one = pairs(np.random.default_rng(1), k=1, n=7)[0]
    left = [math.log(np.delete(one.a, i).std(ddof=1) / np.delete(one.b, i).std(ddof=1)) for i in range(7)]
    expected = math.sqrt(6 / 7 * sum((x - np.mean(left)) ** 2 for x in left))
    found = pooled_spread([one])
    assert found is not None
    assert found.per_task["0"].error == pytest.approx(expected)
    assert found.random is None


def test_swapping_the_arms_turns_the_ratio_round() -> None:
    tasks = pairs(np.random.default_rng(2), ratio=1.3)
    one, other = pooled_spread(tasks), pooled_spread([TaskPairs(t.task, t.cluster, t.b, t.a) for t in tasks])
    assert one is not None
    assert other is not None
    assert one.fixed.value == pytest.approx(-other.fixed.value)
    assert one.p == pytest.approx(other.p, abs=0.02)


@pytest.mark.parametrize("collapse", [0.0, 0.1])
def test_equal_spreads_are_rarely_told_apart(collapse: float) -> None:
    rng, repeats = np.random.default_rng(3), 150
    found = [pooled_spread(pairs(rng, collapse=collapse), seed=i) for i in range(repeats)]
    assert sum(one is not None and one.p <= 0.05 for one in found) / repeats <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / repeats)


def test_a_task_without_spread_is_left_out_and_named() -> None:
    flat = TaskPairs("flat", "flat", np.ones(5), np.arange(5.0))
    found = pooled_spread([flat, *pairs(np.random.default_rng(4), k=2)])
    assert found is not None
    assert found.left_out == ("flat",)
    assert pooled_spread([flat]) is None
    with pytest.raises(UserError, match="Paired scores"):
        pooled_spread([TaskPairs("a", "a", np.ones(3), np.ones(4))])
