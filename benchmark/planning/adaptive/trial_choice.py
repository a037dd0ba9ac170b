"""The choice of a search: a pure function of development scores.

It stands in a module of its own, which imports nothing of this distribution, so that no test score can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

DevScores = Sequence[Sequence[float | None]]  # [trials][tuning splits]; None: that run has no score


@dataclass(frozen=True)
class Choice:
    """What a search chose for one arm in one cell.

    Args:
        trial: the draw, 0 for the default.
        means: per trial its mean development score over the tuning splits; None where a run of it failed.
        why: in words, where the choice is not simply the best mean.
    """

    trial: int
    means: tuple[float | None, ...]
    why: str = ""


def choose(scores: DevScores) -> Choice:
    """The trial with the best mean development score; the earlier one of equals. A trial counts only if all of its runs have a score,
    and the default is kept where none does."""
    means = tuple(_mean(row) for row in scores)
    ranked = [(-mean, trial) for trial, mean in enumerate(means) if mean is not None]
    if not ranked:
        return Choice(0, means, "no trial has all of its scores: the default is kept")
    return Choice(min(ranked)[1], means)


def _mean(row: Sequence[float | None]) -> float | None:
    known = [value for value in row if value is not None]
    return fmean(known) if known and len(known) == len(row) else None
