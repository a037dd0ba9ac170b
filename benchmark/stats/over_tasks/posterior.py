"""A Bayesian cross-check of the mean over tasks: the posterior of a normal hierarchical model, by quadrature over tau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.stats.intervals import Interval
from benchmark.stats.over_tasks.fixed_tasks import ClusterMean

PRIOR_MEAN_SD = 5.0  # points: prior of the mean gain, normal around 0
PRIOR_TAU_SCALE = 2.5  # points: prior of the spread between tasks, half-normal
POINTS = 400


@dataclass(frozen=True)
class Posterior:
    """Posterior of the mean over tasks like these.

    Args:
        interval: posterior median with the equal-tailed credible interval.
        above: value -> posterior probability of a mean above it.
    """

    interval: Interval
    above: dict[float, float]


def posterior(clusters: Sequence[ClusterMean], *, above: Sequence[float] = (0.0, 1.0), level: float = 0.95) -> Posterior:
    """y_i ~ N(mu, v_i + tau^2) over clusters, mu ~ N(0, 5^2), tau ~ half-normal(2.5), both in points.

    Given tau the posterior of mu is normal; tau is summed over a grid of 400 points.

    Args:
        clusters: from `fixed_tasks.cluster_means`; their means in points.
        above: values whose posterior probability of being exceeded is wanted.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr

    y, v = np.array([found.mean for found in clusters]), np.array([found.variance for found in clusters])
    mean, sd, weight = _conditional(y, v)

    def share_below(value: float) -> float:
        return float(weight @ ndtr((value - mean) / sd))

    ends = float((mean - 12 * sd).min()), float((mean + 12 * sd).max())
    low, middle, high = (
        float(brentq(lambda x, q=q: share_below(x) - q, *ends, xtol=1e-6)) for q in ((1 - level) / 2, 0.5, (1 + level) / 2)
    )
    name = f"posterior, mu ~ N(0, {PRIOR_MEAN_SD:g}^2), tau ~ half-normal({PRIOR_TAU_SCALE:g})"
    return Posterior(Interval(middle, low, high, level, "task", y.size, name), {value: 1 - share_below(value) for value in above})


def _conditional(y: NDArray[float64], v: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64]]:
    """Mean and standard deviation of mu given each tau of the grid, and the posterior weight of that tau."""
    tau = (np.arange(POINTS) + 0.5) / POINTS * 4 * PRIOR_TAU_SCALE
    total = v + tau[:, None] ** 2  # [grid, clusters]
    precision = 1 / PRIOR_MEAN_SD**2 + (1 / total).sum(axis=1)
    mean = (y / total).sum(axis=1) / precision
    # log p(y | tau): the normal density of y with mu integrated out, up to a constant.
    log_density = -0.5 * (np.log(total).sum(axis=1) + np.log(precision) + (y**2 / total).sum(axis=1) - precision * mean**2)
    log_density += -0.5 * (tau / PRIOR_TAU_SCALE) ** 2
    weight = np.exp(log_density - log_density.max())
    return mean, 1 / np.sqrt(precision), weight / weight.sum()
