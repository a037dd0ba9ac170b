"""The smallest difference that a plan can find, with spreads taken from paired differences that were measured in the same cells."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.cell import Cell
from benchmark.config.suite import Arm
from benchmark.planning.cost.completed_runs import CompletedRuns
from benchmark.planning.cost.cost_model import arm_in_cell
from benchmark.planning.planned_run import PlannedRun
from benchmark.plugins.registry import methods
from benchmark.records.spec import RunSpec
from benchmark.stats.pairing import ArmRuns, Label, PairedUnits, Run, label_of, pair
from benchmark.stats.power import ALPHA, smallest_detectable, upper_spread

FEWEST = 3  # measured pairs from which a spread is taken
ARM, BASELINE = "arm", "baseline"
Scores = dict[Label, float]  # (split seed, seeds of training) -> primary metric


@dataclass(frozen=True)
class MinimumDetectableEffect:
    """What the comparisons of a plan can find with power .8 at the first step of Holm.

    Args:
        pairs: fewest and most independent pairs of a comparison; a split with several seeds counts once.
        comparisons: size of the family, the noise floor (`ce-null`) left out.
        level: alpha over the family.
        deviations: the smallest difference with the fewest pairs, in standard deviations of the paired differences; None below two pairs.
        points: smallest and largest of the smallest differences where a spread is known, as a fraction of 1; None: no spread is known.
        known: comparisons whose spread was measured.
        measured: fewest measured pairs that a spread rests on.
    """

    pairs: tuple[int, int]
    comparisons: int
    level: float
    deviations: float | None
    points: tuple[float, float] | None = None
    known: int = 0
    measured: int = 0


def minimum_detectable_effect(
    runs: Sequence[PlannedRun], baseline: str, found: CompletedRuns, level: float | None = None
) -> MinimumDetectableEffect | None:
    """Over all arms but the baseline and its null, in all cells. None where the plan compares nothing.

    Args:
        level: of each test; alpha over the comparisons where None.
    """
    cells: dict[tuple[Cell, str], list[PlannedRun]] = {}
    for run in runs:
        if run.arm.trial is None:
            cells.setdefault((run.cell, run.arm.name), []).append(run)
    family = [place for place, some in cells.items() if is_claim(some[0].arm, baseline) and (place[0], baseline) in cells]
    if not family:
        return None
    level, scores = ALPHA / len(family) if level is None else level, _scores(found)
    pairs, ends, measured = [], [], []
    for cell, arm in family:
        mine, theirs = cells[cell, arm], cells[cell, baseline]
        planned = _paired(_planned(mine), _planned(theirs)).n
        pairs.append(planned)
        units = _paired(_measured(mine, scores), _measured(theirs, scores))
        differences = units.a - units.b
        if units.n < FEWEST or differences.min() == differences.max():
            continue
        size = smallest_detectable(upper_spread(float(differences.std(ddof=1)), units.n), planned, alpha=level)
        if size is not None:
            ends.append(size)
            measured.append(units.n)
    return MinimumDetectableEffect(
        pairs=(min(pairs), max(pairs)),
        comparisons=len(family),
        level=level,
        deviations=smallest_detectable(1.0, min(pairs), alpha=level),
        points=(min(ends), max(ends)) if ends else None,
        known=len(ends),
        measured=min(measured, default=0),
    )


def is_claim(arm: Arm, baseline: str) -> bool:
    """Whether a comparison of an arm with the baseline is a claim: it is neither the baseline nor, by its method's declared family, the
    baseline under other random numbers."""
    return arm.name != baseline and methods.entry(arm.method).family != "null"


def effects_by_family(
    runs: Sequence[PlannedRun], baseline: str, found: CompletedRuns, family_of: Callable[[str], str]
) -> dict[str, MinimumDetectableEffect]:
    """Family of tests -> what its comparisons can find: alpha is spent within each family. Empty where the plan compares nothing.

    Args:
        family_of: the family of tests that the comparisons of a method belong to, by its registered name.
    """
    base = [run for run in runs if run.arm.name == baseline]
    families: dict[str, list[PlannedRun]] = {}
    for run in runs:
        if run.arm.name != baseline:
            families.setdefault(family_of(run.arm.method), []).append(run)
    effects = {name: minimum_detectable_effect([*base, *some], baseline, found) for name, some in families.items()}
    return {name: effect for name, effect in effects.items() if effect is not None}


def _paired(mine: Mapping[Label, float], theirs: Mapping[Label, float]) -> PairedUnits:
    """The independent pairs of two arms, by the same rule as in a report."""
    arms = (
        ArmRuns(name, {at: Run(value, "done", False) for at, value in scores.items()}) for name, scores in ((ARM, mine), (BASELINE, theirs))
    )
    return pair(*arms)


def _planned(runs: Iterable[PlannedRun]) -> Scores:
    """The seeds of the planned runs; their scores are not known and not used."""
    return {_seeds(run.spec): 0.0 for run in runs}


def _scores(found: CompletedRuns) -> dict[Hashable, Scores]:
    """Arm and cell -> the scores that were measured."""
    scores: dict[Hashable, Scores] = {}
    for key, run in found.measured.items():
        value = found.kept[key].value
        if value is not None:
            scores.setdefault(arm_in_cell(run.spec), {})[_seeds(run.spec)] = value
    return scores


def _measured(runs: Sequence[PlannedRun], scores: Mapping[Hashable, Scores]) -> Scores:
    """All measured scores of an arm in a cell, those on other seeds than the planned ones too."""
    return next((scores[key] for run in runs if (key := arm_in_cell(run.spec)) in scores), {})


def _seeds(spec: RunSpec) -> Label:
    return label_of(spec.split.split_seed, spec.seed, spec.init_seed)
