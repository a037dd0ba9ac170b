"""The stopping rule: when a comparison ends, from one interim look at its paired differences.

Looks are planned before the data. Over all looks and all comparisons of a suite together the chance of calling any true null a
difference is at most alpha: each look at each comparison may spend alpha / (looks x comparisons), and these shares add up to alpha
whatever the scores depend on (Bonferroni). Looking without such a share would reject a true null far more often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from benchmark.stats.paired import paired_p

ALPHA = 0.05
LOOKS = (5, 10, 20, 50)  # seeds

Why = Literal["crossed", "last look", ""]


@dataclass(frozen=True)
class InterimLook:
    """What one look at one comparison found.

    Args:
        seeds: of the design at this look.
        pairs: those that both arms finished.
        difference: mean of arm minus baseline, as a fraction of 1; None without a pair.
        p: two-sided, of the paired t-test; None below three pairs.
        why: `crossed`: p is at or below the level; `last look`: no more seeds are planned; "" where the comparison goes on.
    """

    seeds: int
    pairs: int
    difference: float | None
    p: float | None
    why: Why = ""


def level_of(comparisons: int, looks: int = len(LOOKS), alpha: float = ALPHA) -> float:
    """What one look at one comparison may spend."""
    return alpha / (looks * max(1, comparisons))


def look(differences: Mapping[int, float], seeds: int, level: float, looks: Sequence[int] = LOOKS) -> InterimLook:
    """Look at the differences (by split seed) of the first `seeds` seeds."""
    found = [value for seed, value in sorted(differences.items()) if seed < seeds]
    p, _ = paired_p(found)
    why: Why = "crossed" if p is not None and p <= level else "last look" if seeds >= looks[-1] else ""
    return InterimLook(seeds, len(found), fmean(found) if found else None, p, why)
