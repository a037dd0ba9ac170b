"""What a verdict takes and gives: a published claim, our runs, readings of what is printed. Scores and spreads are in points (percent)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from numpy.typing import ArrayLike

from benchmark.stats.intervals import Estimate, Interval


class Outcome(StrEnum):
    """What may be said about a published claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    INCONCLUSIVE = "inconclusive"
    CONSISTENT = "consistent"
    SAME_DIRECTION = "same direction"
    ABOVE_ONE_POINT = "same direction and above one point"
    EQUIVALENT_TO_ZERO = "equivalent to zero"
    OPPOSITE = "opposite"
    UNDECIDED = "undecided"
    BLOCKED = "no verdict"


@dataclass(frozen=True)
class PublishedArm:
    """A printed mean and spread. `spread_kind`: `std`, `se`, `ci95` or `unknown`; spread and n are None where not printed."""

    mean: float
    spread: float | None = None
    spread_kind: str = "unknown"
    n: int | None = None


@dataclass(frozen=True)
class PublishedClaim:
    """Method and the table's own baseline, as printed. `top_of`: (3, 10) where the means are of the top 3 of 10 runs by validation."""

    method: PublishedArm
    baseline: PublishedArm
    top_of: tuple[int, int] | None = None

    @property
    def gain(self) -> float:
        """Printed gain, in points."""
        return self.method.mean - self.baseline.mean


@dataclass(frozen=True)
class OurRuns:
    """Our paired scores in points [n], with development scores where the claim selects by them.

    Args:
        two_way: our gain in points with its error over splits and test examples; None where predictions are not available.
        conditional: what the scores are conditional on (`conditional on this training set`), or empty.
    """

    method: ArrayLike
    baseline: ArrayLike
    method_dev: ArrayLike | None = None
    baseline_dev: ArrayLike | None = None
    variance_factor: float | None = None
    unit: str = "(split, seed) pair"
    two_way: Estimate | None = None
    conditional: str = ""


@dataclass(frozen=True)
class ClaimSetting:
    """How our runs relate to the published ones.

    Args:
        direct: same model, data and protocol; otherwise the verdict is conceptual, and never called reproduction.
        stand_in: the data are a stand-in.
        partial_test: the test set is not the whole one, or capped below what the protocol scores.
        pool_times_shots: size of our training pool over N where the pool is partial, else None. Below 10 it blocks.
        at_floor: no arm of the cell is above the majority rate.
        family: verdicts of the table that this one is part of; levels are corrected over them.
        p_holm: our gain's p after Holm's correction over the table, and over the report's own family where it has one; None: uncorrected.
    """

    direct: bool
    stand_in: bool = False
    partial_test: bool = False
    pool_times_shots: float | None = None
    at_floor: bool = False
    family: int = 1
    p_holm: float | None = None


@dataclass(frozen=True)
class Reading:
    """One way to read what is printed, and what follows from it.

    Args:
        correlation: between the published arms; None where selection was simulated on our pairs.
        n: runs behind each published mean (the smaller one), or drawn before selection.
        spread: `std`, `se`, `ci95`, `ours` where none is printed, or `top k of m of our runs`.
        error: standard error of the published gain.
        prediction: prediction interval for the published gain from our runs.
        p_difference: Welch p of our gain against the published one.
        p_equivalence: the larger p of the two one-sided tests at the margin.
        smallest_margin: the margin at which equivalence would hold.
        reachable: whether equivalence could be reached with any number of our runs.
        refusable: whether more runs with our mean would make it `not reproduced`.
        without_gain: how often a method without any gain would get `consistent` from as many runs like ours.
        runs_needed: pairs with power .8 for equivalence at a gain like the published one, planned with the upper 80 % limit of our
            standard deviation; None where no number has it.
    """

    correlation: float | None
    n: int
    spread: str
    error: float
    prediction: Interval
    p_difference: float
    p_equivalence: float
    smallest_margin: float
    reachable: bool
    refusable: bool
    without_gain: float
    runs_needed: int | None
    outcome: Outcome


@dataclass(frozen=True)
class LevelVerdict:
    """Secondary: the method's level against its printed level.

    Args:
        ours: our mean with its interval.
        margin: the larger of one point and 1.5 published standard deviations.
        tells_apart: False where the published baseline itself lies inside the margin: the level cannot tell methods apart.
    """

    ours: Interval | None
    published: float
    margin: float
    outcome: Outcome
    tells_apart: bool


@dataclass(frozen=True)
class Verdict:
    """The verdict, and all it rests on.

    Args:
        kind: `direct` or `conceptual`.
        gain: our gain with its interval; None for fewer than two pairs.
        margin: the larger of half a point and half the published gain (conceptual: one point).
        readings: all readings of the printed numbers; the outcome holds only if they agree.
        runs_needed: pairs that a new plan needs: the most that any reading asks for; None where none is known.
        reason: one sentence.
        expected: the widest prediction interval for a gain like the published one, from our runs; also shown where the comparison is
            conceptual, though no outcome hangs on it there. None for fewer than three pairs.
        detectable: the smallest gain that our pairs would have found (power .8, level .05, this one test).
        p: of our gain, over splits and test examples where predictions are available; before any correction.
    """

    outcome: Outcome
    kind: str
    published_gain: float
    gain: Interval | None
    margin: float
    readings: tuple[Reading, ...]
    level: LevelVerdict | None
    runs_needed: int | None
    reason: str
    expected: Interval | None = None
    detectable: float | None = None
    p: float | None = None
