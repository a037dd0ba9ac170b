"""Tests that lean on signs and ranks of paired differences, and the exact test on collapse."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

FEWEST = 6  # below, no two-sided p under .05 exists
ENUMERATED = 16  # up to here all sign patterns are counted
SAMPLES = 20_000
MOST_EXACT, MOST_TIED = 50, 13  # differences up to which Wilcoxon's p is exact: without ties and zeros, and with them


def sign_flip(differences: ArrayLike, *, seed: int = 0) -> float | None:
    """Two-sided sign-flip permutation p of the mean: the share of sign patterns whose mean is at least as far from zero.

    Exact up to n = 16, sampled (20,000 patterns, the observed one counted) above. None below n = 6.
    """
    d = np.asarray(differences, dtype=float)
    if d.size < FEWEST:
        return None
    if d.size <= ENUMERATED:
        return float(np.mean(np.abs(_patterns(d.size) @ d) >= _edge(d)))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(SAMPLES, d.size))
    return float((1 + np.sum(np.abs(signs @ d) >= _edge(d))) / (SAMPLES + 1))


@lru_cache(maxsize=4)
def _patterns(n: int) -> np.ndarray:
    """All patterns of n signs [2^n, n]."""
    return np.asarray(1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1))


def _edge(d: np.ndarray) -> float:
    """The observed sum, a rounding error lower: equal patterns must count as equal."""
    return float(abs(d.sum()) - 1e-10 * np.abs(d).sum())


def wilcoxon(differences: ArrayLike) -> float | None:
    """Two-sided Wilcoxon signed-rank p, zero differences ranked and left without a sign (Pratt 1959). None below n = 6; 1 where all
    differences are zero.

    Exact up to 50 differences without ties or zeros, and up to 13 with them, as scipy decides; the normal approximation above.
    """
    d = np.round(np.asarray(differences, dtype=float), 12)
    n = d.size
    if n < FEWEST:
        return None
    if not d.any():
        return 1.0
    doubled = _doubled_ranks(np.abs(d))
    plain = bool(d.all()) and np.unique(doubled).size == n
    if n > (MOST_EXACT if plain else MOST_TIED):
        from scipy import stats

        return float(stats.wilcoxon(d, zero_method="pratt").pvalue)
    below = _signed_rank_counts(tuple(sorted(doubled[d != 0].tolist())))
    statistic = int(doubled[d > 0].sum())
    less, greater = below[statistic], below[-1] - (below[statistic - 1] if statistic else 0)
    return min(1.0, float(2 * min(less, greater) / below[-1]))


def _doubled_ranks(sizes: np.ndarray) -> np.ndarray:
    """Twice the mean rank of each value, whole numbers: ties share their ranks."""
    _, group, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((2 * last - counts + 1)[group], dtype=np.int64)


@lru_cache(maxsize=512)
def _signed_rank_counts(doubled: tuple[int, ...]) -> np.ndarray:
    """How many patterns of signs have a sum of positive ranks (doubled) of at most s, for every s: counted rank by rank, and once for every
    pattern of ties."""
    counts = np.zeros(sum(doubled) + 1, dtype=np.int64)
    counts[0] = 1
    for rank in doubled:
        counts[rank:] = counts[rank:] + counts[:-rank]
    return np.cumsum(counts)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Exact two-sided McNemar p: a fair coin over the discordant pairs; 1 where there is none."""
    from scipy.stats import binomtest

    discordant = only_first + only_second
    return float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0


def collapse(a: Sequence[bool], b: Sequence[bool]) -> float | None:
    """McNemar p on paired collapse flags; None where no run collapsed."""
    if not any(a) and not any(b):
        return None
    return mcnemar_exact(sum(x and not y for x, y in zip(a, b, strict=True)), sum(y and not x for x, y in zip(a, b, strict=True)))
