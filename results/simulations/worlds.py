"""Worlds in which the truth is known: scores in points of a method and a baseline."""

from __future__ import annotations

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Scores = NDArray[float64]
Pair = tuple[Scores, Scores]

SD = 2.0  # of a run, in points
COLLAPSE = 30.0  # points that a collapsed run loses
COLLAPSE_RATE = 0.1


def pairs(rng: np.random.Generator, n: int, *, gain: float = 0.0, rho: float = 0.5, spread: float = 1.0) -> Pair:
    """Scores [n] that share a part `rho` of their variance on one (split, seed). `spread` multiplies the method's own sd."""
    common, own = np.sqrt(rho) * rng.standard_normal(n), np.sqrt(1 - rho) * rng.standard_normal((2, n))
    return 70 + gain + SD * spread * (common + own[0]), 70 + SD * (common + own[1])


def rounded(rng: np.random.Generator, n: int, n_test: int = 872) -> Pair:
    """Pairs whose scores are multiples of one test example."""
    a, b = pairs(rng, n, rho=0.8)
    step = 100 / n_test
    return step * np.round(a / step), step * np.round(b / step)


def collapsing(rng: np.random.Generator, n: int, *, gain: float = 0.0) -> tuple[Scores, Scores, NDArray[np.bool_], NDArray[np.bool_]]:
    """Each run of either arm falls by 30 points with probability .1: scores and flags."""
    a, b = pairs(rng, n, gain=gain)
    fell = rng.random((2, n)) < COLLAPSE_RATE
    return a - COLLAPSE * fell[0], b - COLLAPSE * fell[1], fell[0], fell[1]


def nested(rng: np.random.Generator, splits: int, seeds: int, *, interaction: float = 1.0) -> Pair:
    """Scores [splits, seeds]: a split suits one method more than the other (sd `interaction`), beside the noise of seeds."""
    split = rng.standard_normal((splits, 1))
    suits = interaction * rng.standard_normal((splits, 1)) / 2
    noise = SD * rng.standard_normal((2, splits, seeds))
    return 70 + split + suits + noise[0], 70 + split - suits + noise[1]


def overlapping(rng: np.random.Generator, splits: int, share: float, *, pool: int = 200) -> Pair:
    """Training sets drawn from one pool: a difference is the mean of what each training example is worth, beside the noise of seeds.
    The pool is itself a draw, and the truth over pools is no difference."""
    worth = 10 * rng.standard_normal(pool)
    chosen = [rng.choice(pool, int(share * pool), replace=False) for _ in range(splits)]
    gains = np.array([worth[ids].mean() for ids in chosen])
    noise = 0.5 * rng.standard_normal((2, splits))
    return 70 + gains + noise[0], 70 + noise[1]


def correctness(rng: np.random.Generator, splits: int, examples: int, *, by_split: float, by_example: float, gain: float = 0.0) -> Pair:
    """Correctness [splits, examples] of two arms that differ by `gain` on the task (a share), and by more on each split and example."""
    effect = gain + by_split * rng.standard_normal((splits, 1)) + by_example * rng.standard_normal(examples)
    a, b = (rng.random((splits, examples)) < np.clip(0.7 + sign * effect / 2, 0, 1) for sign in (1, -1))
    return a.astype(float), b.astype(float)


def skewed(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Scores:
    """Log-normal draws with a long lower tail, mean 0 and standard deviation 1."""
    mean, variance = np.exp(sigma**2 / 2), (np.exp(sigma**2) - 1) * np.exp(sigma**2)
    return np.asarray((mean - np.exp(sigma * rng.standard_normal(shape))) / np.sqrt(variance))


def published(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float, float, float]:
    """A printed pair of means and standard deviations from n runs on common splits: method mean, sd, baseline mean, sd."""
    a, b = pairs(rng, n, gain=gain)
    return float(a.mean()), float(a.std(ddof=1)), float(b.mean()), float(b.std(ddof=1))
