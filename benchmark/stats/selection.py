"""What selection does to a mean: best of k, and top k of m by validation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError


@dataclass(frozen=True)
class BestOfK:
    """Expected best score of k runs, k = 1 .. n (unbiased)."""

    n: int
    expected: tuple[float, ...]


def best_of_k(scores: ArrayLike) -> BestOfK:
    """Expected maximum of k runs drawn without replacement from the n scores: sum_i x_(i) C(i - 1, k - 1) / C(n, k).

    Unbiased for the expected best of k new runs (Dodge et al. 2019 draw with replacement, which is biased low).
    """
    x = np.asarray(scores, dtype=float)
    return best_of_k_by_dev(x, x)


def best_of_k_by_dev(test: ArrayLike, dev: ArrayLike) -> BestOfK:
    """Expected test score of the run with the best development score among k drawn without replacement; ties share."""
    x, v = _two(test, dev)
    order = np.argsort(v, kind="stable")
    shared = _tied_means(x[order], v[order])
    return BestOfK(x.size, tuple(float(_chances(x.size, k) @ shared) for k in range(1, x.size + 1)))


def top_of_m(test: ArrayLike, guide: ArrayLike, *, top: int, of: int) -> float:
    """Expected mean test score of the `top` runs by `guide` among `of` drawn without replacement; ties in the guide share.

    The i-th smallest of n by guide is kept if j < top of the n - i larger ones are drawn with it:
    sum_j C(n - i, j) C(i - 1, of - 1 - j) / C(n, of).
    Exact, over every subset of `of` runs: with top = 1 it is `best_of_k_by_dev`, with top = of the plain mean.

    Args:
        guide: what runs are ranked by; the development scores, or the test scores themselves, to see what that would give.

    Raises:
        UserError: unequal lengths, no run, or not 1 <= top <= of <= n.
    """
    x, v = _two(test, guide)
    if not 1 <= top <= of <= x.size:
        raise UserError(f"Top {top} of {of} was asked for, with {x.size} runs.", f"1 to {x.size}.", "Correct the selection rule.")
    order = np.argsort(v, kind="stable")
    return float(np.asarray(_kept_shares(x.size, top, of)) @ _tied_means(x[order], v[order]))


@cache
def _kept_shares(n: int, top: int, of: int) -> tuple[float, ...]:
    """Chance that the i-th smallest of n is among the largest `top` of `of` drawn without replacement, over `top` [n]."""
    every = math.comb(n, of) * top
    kept = (sum(math.comb(n - i, j) * math.comb(i - 1, of - 1 - j) for j in range(min(top, of))) for i in range(1, n + 1))
    return tuple(count / every for count in kept)


def _tied_means(x: NDArray[float64], guide: NDArray[float64]) -> NDArray[float64]:
    """The scores in the order of a sorted guide, each replaced by the mean of those that share its guide."""
    _, position = np.unique(guide, return_inverse=True)
    return np.asarray((np.bincount(position, weights=x) / np.bincount(position))[position])


def selected_means(test: ArrayLike, dev: ArrayLike, *, top: int, of: int, resamples: int = 10_000, seed: int = 0) -> NDArray[float64]:
    """Means [resamples] of the test scores of the `top` runs by development score among `of` runs drawn with replacement.

    Ties in the development score are broken by the order of drawing, which is random.

    Raises:
        UserError: unequal lengths, no run, or `top` outside 1 .. `of`.
    """
    x, v = _two(test, dev)
    return _selected(x, v, _drawn(x.size, top, of, resamples, seed), top)


def selected_gains(
    method: tuple[ArrayLike, ArrayLike], baseline: tuple[ArrayLike, ArrayLike], *, top: int, of: int, resamples: int = 10_000, seed: int = 0
) -> NDArray[float64]:
    """Gains [resamples] when each arm keeps its own `top` of the same `of` drawn pairs. Each arm is (test [n], dev [n]), paired."""
    (x, v), (y, w) = _two(*method), _two(*baseline)
    if x.size != y.size:
        raise UserError(f"{x.size} runs stand against {y.size}.", "Paired runs.", "Pair them with `paired_units`.")
    drawn = _drawn(x.size, top, of, resamples, seed)
    return _selected(x, v, drawn, top) - _selected(y, w, drawn, top)


def _two(test: ArrayLike, dev: ArrayLike) -> tuple[NDArray[float64], NDArray[float64]]:
    x, v = np.asarray(test, dtype=float), np.asarray(dev, dtype=float)
    if x.shape != v.shape or x.ndim != 1 or not x.size:
        raise UserError(
            f"Test and development scores have the shapes {x.shape} and {v.shape}.", "Two equally long lists.", "Give both of each run."
        )
    return x, v


def _chances(n: int, k: int) -> NDArray[float64]:
    """Chance that the i-th smallest of n is the largest of k drawn without replacement [n]: C(i - 1, k - 1) / C(n, k)."""
    from scipy.special import gammaln

    i = np.arange(k, n + 1)
    logs = gammaln(i) - gammaln(k) - gammaln(i - k + 1) - (gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
    return np.concatenate([np.zeros(k - 1), np.exp(logs)])


def _drawn(n: int, top: int, of: int, resamples: int, seed: int) -> NDArray[np.int64]:
    if not 1 <= top <= of:
        raise UserError(f"Top {top} of {of} was asked for.", f"1 to {of}.", "Correct the selection rule.")
    return np.random.default_rng(seed).integers(n, size=(resamples, of))


def _selected(x: NDArray[float64], v: NDArray[float64], drawn: NDArray[np.int64], top: int) -> NDArray[float64]:
    best = np.argsort(-v[drawn], axis=1, kind="stable")[:, :top]
    return np.asarray(x[np.take_along_axis(drawn, best, axis=1)].mean(axis=1))
