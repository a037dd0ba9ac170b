"""The random-effects mean: against statsmodels, the definition of the Q-profile interval, and coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means
from benchmark.stats.over_tasks.random_tasks import heterogeneity, random_tasks


def drawn(rng: np.random.Generator, tau: float, k: int = 7, n: int = 12, sd: float = 3.0, mean: float = 1.0) -> list[TaskValues]:
    return [TaskValues(str(i), str(i), rng.normal(mean + tau * rng.standard_normal(), sd, n), tuple(range(n))) for i in range(k)]


def test_it_agrees_with_statsmodels_where_tasks_differ() -> None:
    tasks = drawn(np.random.default_rng(3), tau=3.0)
    clusters = cluster_means(tasks)
    expected = combine_effects(
        np.array([c.mean for c in clusters]), np.array([c.variance for c in clusters]), method_re="iterated", use_t=True
    )
    found = random_tasks(cluster_means(tasks))
    assert found is not None
    assert found.tau.value**2 == pytest.approx(expected.tau2, rel=1e-6)
    assert found.mean.value == pytest.approx(expected.mean_effect_re, rel=1e-6)
    assert found.mean.error == pytest.approx(expected.sd_eff_w_re_hksj, rel=1e-6)
    assert (found.mean.freedom, found.mean.n) == (6, 7)


def test_without_heterogeneity_it_is_no_surer_than_the_fixed_weights() -> None:
    values = np.array([0.0, 2.0, 1.0, -1.0])
    tasks = [TaskValues(str(i), str(i), values + 0.01 * i, tuple(range(4))) for i in range(5)]
    found = random_tasks(cluster_means(tasks))
    assert found is not None
    assert found.tau.value == 0.0
    assert found.mean.error == pytest.approx(math.sqrt(values.var(ddof=1) / 4 / 5))


def test_the_ends_of_tau_have_the_quantiles_of_q() -> None:
    tasks = drawn(np.random.default_rng(3), tau=3.0)
    clusters = cluster_means(tasks)
    y, v = (np.array([getattr(c, name) for c in clusters]) for name in ("mean", "variance"))
    found = random_tasks(cluster_means(tasks))
    assert found is not None
    for end, share in ((found.tau.low, 0.975), (found.tau.high, 0.025)):
        w = 1 / (v + end**2)
        q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
        assert stats.chi2.cdf(q, 6) == pytest.approx(share, abs=1e-6)


def test_coverage_of_mean_tau_and_prediction() -> None:
    rng, hits = np.random.default_rng(5), np.zeros(3)
    for _ in range(500):
        found = random_tasks(cluster_means(drawn(rng, tau=1.5)))
        assert found is not None
        assert found.prediction is not None
        new = 1.0 + 1.5 * rng.standard_normal()
        hits += [not found.mean.interval().excludes(1.0), not found.tau.excludes(1.5), not found.prediction.excludes(new)]
    assert hits / 500 == pytest.approx([0.95] * 3, abs=0.035)


def test_a_cluster_counts_once() -> None:
    tasks = drawn(np.random.default_rng(3), tau=1.0, k=3)
    doubled = [*tasks[:2], TaskValues("2", "1", tasks[2].values, tasks[2].labels)]
    assert random_tasks(cluster_means(doubled)).mean.freedom == 1  # type: ignore[union-attr]
    assert random_tasks(cluster_means(doubled)).prediction is None  # type: ignore[union-attr]
    assert random_tasks(cluster_means(tasks[:1])) is None


def test_tasks_without_any_spread_have_finite_answers() -> None:
    same = [TaskValues(str(i), str(i), np.full(4, 1.0), tuple(range(4))) for i in range(3)]
    found = random_tasks(cluster_means(same))
    assert found is not None
    assert found.mean.value == pytest.approx(1.0)
    assert found.mean.error < 1e-6
    one_flat = [*same[:1], *drawn(np.random.default_rng(0), tau=1.0, k=3)[1:]]
    assert math.isfinite(random_tasks(cluster_means(one_flat)).mean.error)  # type: ignore[union-attr]


def test_heterogeneity_is_zero_where_means_agree() -> None:
    assert heterogeneity(np.ones(3), np.ones(3), 2.0) == 0.0
