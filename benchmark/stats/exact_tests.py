"""Tests that lean on signs and ranks of paired differences, and the exact test on collapse."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

FEWEST = 6  # below, no two-sided p under .05 exists
ENUMERATED = 16  # up to here all sign patterns are counted
SAMPLES = 20_000


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
    """Two-sided Wilcoxon signed-rank p, zero differences ranked and split (Pratt). None below n = 6; 1 where all differences are zero."""
    from scipy import stats

    d = np.round(np.asarray(differences, dtype=float), 12)
    if d.size < FEWEST:
        return None
    if not d.any():
        return 1.0
    return float(stats.wilcoxon(d, zero_method="pratt").pvalue)


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
