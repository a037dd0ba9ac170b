"""Effects of selecting runs: what a table gains if each arm shows its best runs and not all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.stats.selection import top_of_m
from reports.results.blocks import Block
from reports.results.runs import Unit
from reports.results.scored_cell import ScoredCell

Guide = Literal["dev", "test"]


@dataclass(frozen=True)
class SelectionPractice:
    """The best `top` of `of` runs by development or by test score."""

    top: int
    of: int
    guide: Guide

    @property
    def name(self) -> str:
        """The practice in words."""
        kept = "best" if self.top == 1 else f"top {self.top}"
        return f"{kept} of {self.of} by {'development' if self.guide == 'dev' else 'test'} score"


PRACTICES = tuple(SelectionPractice(top, of, guide) for top, of in ((1, 3), (1, 5), (1, 10), (3, 10)) for guide in ("dev", "test"))


@dataclass(frozen=True)
class PairedScores:
    """An arm and, where it has one, the baseline on the same units.

    Args:
        test, dev: of the arm, by unit; `dev` is None where a run has no development score.
        base_test, base_dev: of the baseline on the same units; `base_test` is empty for the baseline itself.
    """

    arm: str
    cell: ScoredCell
    test: tuple[float, ...]
    dev: tuple[float, ...] | None
    base_test: tuple[float, ...] = ()
    base_dev: tuple[float, ...] | None = None

    @property
    def mean(self) -> float:
        """The mean over all runs."""
        return statistics.fmean(self.test)

    def lift(self, practice: SelectionPractice) -> float | None:
        """What the practice adds to the mean of the arm; None with too few runs, or without development scores where it needs them."""
        found = selected(self.test, self.dev, practice)
        return None if found is None else found - self.mean

    def gains(self, practice: SelectionPractice) -> tuple[float, float, float] | None:
        """The gain over the baseline with all runs, if both arms select, and if only the arm does; None where one of them cannot."""
        mine, theirs = selected(self.test, self.dev, practice), selected(self.base_test, self.base_dev, practice)
        if mine is None or theirs is None:
            return None
        base = statistics.fmean(self.base_test)
        return self.mean - base, mine - theirs, mine - base


def selected(test: Sequence[float], dev: Sequence[float] | None, practice: SelectionPractice) -> float | None:
    """Expected score under a practice, over all subsets of the runs; None with too few runs or without the scores that it ranks by."""
    guide = test if practice.guide == "test" else dev
    return None if guide is None or len(test) < practice.of else top_of_m(test, guide, top=practice.top, of=practice.of)


def paired_scores(block: Block, against: str | None) -> Iterator[PairedScores]:
    """Every arm of every cell, on the units that it shares with the baseline (all of its own where there is none)."""
    for cell in block.cells:
        for arm in block.arms:
            mine, base = block.runs.get((arm, cell)), block.runs.get((against or "", cell))
            if mine is None or not mine.scores:
                continue
            if base is None or arm == against or not base.scores.keys() & mine.scores.keys():
                units = list(mine.scores)
                yield PairedScores(arm, cell, *_of(mine.scores, mine.dev, units))
            else:
                units = [unit for unit in mine.scores if unit in base.scores]
                yield PairedScores(arm, cell, *_of(mine.scores, mine.dev, units), *_of(base.scores, base.dev, units))


def _of(test: dict[Unit, float], dev: dict[Unit, float], units: list[Unit]) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    known = all(unit in dev for unit in units)
    return tuple(test[unit] for unit in units), tuple(dev[unit] for unit in units) if known else None


@dataclass(frozen=True)
class PracticeEffect:
    """What a practice would do to a whole set of tables.

    Args:
        lifts: what it adds to each score (arm in a cell) with enough runs.
        gains: (with all runs, if both arms select, if only the method does) of each comparison with enough runs.
    """

    practice: SelectionPractice
    lifts: tuple[float, ...]
    gains: tuple[tuple[float, float, float], ...]

    def above(self, points: float) -> tuple[int, int, int]:
        """How many gains are above so many points: with all runs, if both arms select, if only the method does."""
        return tuple(sum(100 * gain[i] > points for gain in self.gains) for i in range(3))  # type: ignore[return-value]


def practice_effects(scores: Sequence[PairedScores]) -> list[PracticeEffect]:
    """Every practice that at least one score has enough runs for."""
    found = []
    for practice in PRACTICES:
        lifts = tuple(lift for one in scores if (lift := one.lift(practice)) is not None)
        gains = tuple(gain for one in scores if one.base_test and (gain := one.gains(practice)) is not None)
        if lifts:
            found.append(PracticeEffect(practice, lifts, gains))
    return found
