"""The mean on a new task: tasks (clusters of tasks) are a sample, a random-effects model with its heterogeneity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.stats.intervals import Estimate, Interval
from benchmark.stats.over_tasks.fixed_tasks import ClusterMean

FAR = 1e12  # a tau^2 above which no root is looked for
NO_SPREAD = 1e-9  # variance of a cluster without any spread over splits, as a share of what is seen elsewhere: its weight stays finite


@dataclass(frozen=True)
class RandomTasks:
    """Random-effects mean over clusters of tasks.

    Args:
        mean: the mean over tasks like these, Hartung-Knapp-Sidik-Jonkman error, k - 1 degrees of freedom.
        tau: standard deviation of the true means between clusters, Paule and Mandel's estimate, with its Q-profile interval.
        prediction: where the true mean of one new task lies, t with k - 2 degrees of freedom; None for fewer than three clusters.
    """

    mean: Estimate
    tau: Interval
    prediction: Interval | None


def random_tasks(clusters: Sequence[ClusterMean], *, level: float = 0.95) -> RandomTasks | None:
    """The random-effects mean; None for fewer than two clusters.

    y_i = mu + b_i + e_i for cluster i, with var(b_i) = tau^2 and var(e_i) = v_i known from the splits. tau^2 solves
    sum w_i (y_i - mu)^2 = k - 1 with w_i = 1 / (v_i + tau^2) (Paule and Mandel 1982); then Hartung and Knapp's factor is 1 wherever
    tau^2 > 0. Where tau^2 = 0 it would be below 1 and make the interval shorter than the one for fixed tasks; it is 1 there too.

    Args:
        clusters: from `fixed_tasks.cluster_means`.
    """
    k = len(clusters)
    if k < 2:
        return None
    y, v = np.array([found.mean for found in clusters]), np.array([found.variance for found in clusters])
    v = np.maximum(v, NO_SPREAD * max(float(np.ptp(y)) ** 2, float(v.max()), 1e-6))
    tau2 = heterogeneity(y, v, k - 1)
    value, error = _weighted(y, v, tau2)
    name = f"random effects over {k} clusters of tasks"
    mean = Estimate(value, error, k - 1, "task", k, f"{name}, Hartung-Knapp-Sidik-Jonkman")
    return RandomTasks(mean, _tau_interval(y, v, tau2, level), _prediction(mean, tau2, k, level))


def heterogeneity(y: NDArray[float64], v: NDArray[float64], target: float) -> float:
    """The tau^2 at which Cochran's Q with weights 1 / (v + tau^2) equals `target`; 0 where Q is below it already at tau^2 = 0."""
    from scipy.optimize import brentq

    if _q(y, v, 0.0) <= target:
        return 0.0
    high = max(float(np.var(y)), float(v.max()), 1e-12)
    while _q(y, v, high) > target and high < FAR:
        high *= 4
    return float(brentq(lambda tau2: _q(y, v, tau2) - target, 0.0, high, xtol=1e-10 * high))


def _weighted(y: NDArray[float64], v: NDArray[float64], tau2: float) -> tuple[float, float]:
    """Mean with weights 1 / (v + tau^2), and its standard error."""
    w = 1 / (v + tau2)
    return float(w @ y / w.sum()), 1 / math.sqrt(float(w.sum()))


def _q(y: NDArray[float64], v: NDArray[float64], tau2: float) -> float:
    """Cochran's Q with weights 1 / (v + tau^2)."""
    w = 1 / (v + tau2)
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _tau_interval(y: NDArray[float64], v: NDArray[float64], tau2: float, level: float) -> Interval:
    """Q-profile (Viechtbauer 2007): the tau^2 at which Q equals the quantiles of chi-square with k - 1 degrees of freedom."""
    from scipy.special import chdtri

    k = y.size
    low, high = (heterogeneity(y, v, float(chdtri(k - 1, tail))) for tail in ((1 - level) / 2, (1 + level) / 2))
    return Interval(math.sqrt(tau2), math.sqrt(low), math.sqrt(high), level, "task", k, "Paule-Mandel, Q-profile interval")


def _prediction(mean: Estimate, tau2: float, k: int, level: float) -> Interval | None:
    if k < 3:
        return None
    one = Estimate(mean.value, math.sqrt(tau2 + mean.error**2), k - 2, "task", k, "prediction interval for the mean of a new task")
    return one.interval(level)
