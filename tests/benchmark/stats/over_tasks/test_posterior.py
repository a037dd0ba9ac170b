"""The hierarchical posterior against a plain two-dimensional sum, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means, fixed_tasks
from benchmark.stats.over_tasks.posterior import PRIOR_MEAN_SD, PRIOR_TAU_SCALE, posterior


def drawn(mean: float, k: int = 7, n: int = 20) -> list[TaskValues]:
    rng = np.random.default_rng(2)
    return [TaskValues(str(i), str(i), rng.normal(mean + rng.standard_normal(), 4.0, n), tuple(range(n))) for i in range(k)]


def test_it_agrees_with_a_sum_over_a_grid() -> None:
    tasks = drawn(2.0)
    found = posterior(cluster_means(tasks))
    mu, tau = np.linspace(-8, 10, 1801), np.linspace(0.005, 4 * PRIOR_TAU_SCALE, 1000)
    log_density = stats.norm.logpdf(mu, 0, PRIOR_MEAN_SD)[:, None] + stats.halfnorm.logpdf(tau, scale=PRIOR_TAU_SCALE)[None]
    for cluster in cluster_means(tasks):
        log_density = log_density + stats.norm.logpdf(cluster.mean, mu[:, None], np.sqrt(cluster.variance + tau[None] ** 2))
    density = np.exp(log_density - log_density.max()).sum(axis=1)
    share = np.cumsum(density) / density.sum()
    assert found.above[1.0] == pytest.approx(1 - np.interp(1.0, mu, share), abs=0.005)
    ends = np.interp([0.025, 0.5, 0.975], share, mu)
    assert (found.interval.low, found.interval.value, found.interval.high) == pytest.approx(ends, abs=0.02)


def test_probabilities_fall_with_the_value() -> None:
    found = posterior(cluster_means(drawn(1.0)), above=(-1.0, 0.0, 1.0, 3.0)).above
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_many_runs_of_equal_tasks_leave_little_to_the_prior() -> None:
    rng = np.random.default_rng(0)
    tasks = [TaskValues(str(i), str(i), rng.normal(1.5, 1.0, 2000), tuple(range(2000))) for i in range(30)]
    assert posterior(cluster_means(tasks)).interval.value == pytest.approx(fixed_tasks(tasks).value, abs=0.01)
