"""The smallest difference that a plan can find, with spreads taken from paired differences that were measured in the same cells."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from benchmark.cell import Cell
from benchmark.planning.cost.completed_runs import CompletedRuns
from benchmark.planning.cost.cost_model import arm_in_cell
from benchmark.planning.planned_run import PlannedRun
from benchmark.records.spec import RunSpec
from benchmark.stats.power import ALPHA, smallest_difference, upper_spread

FEWEST = 3  # measured pairs from which a spread is taken
Training = tuple[int, int] | None  # seeds of order and of initialisation; None for a method that draws nothing
Scores = dict[tuple[int, Training], float]  # (split seed, training seeds) -> primary metric


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
    runs: Sequence[PlannedRun], baseline: str, found: CompletedRuns, looks: int = 1
) -> MinimumDetectableEffect | None:
    """Over all arms but the baseline and its null, in all cells. None where the plan compares nothing. `looks`: how many share alpha."""
    cells: dict[tuple[Cell, str], list[PlannedRun]] = {}
    for run in runs:
        if run.arm.trial is None:
            cells.setdefault((run.cell, run.arm.name), []).append(run)
    family = [place for place in cells if place[1] not in (baseline, f"{baseline}-null") and (place[0], baseline) in cells]
    if not family:
        return None
    level, scores = ALPHA / len(family) / looks, _scores(found)
    pairs = {place: len(_units(cells[place], cells[place[0], baseline])) for place in family}
    spreads = {}
    for place in family:
        differences = _differences(_of(cells[place], scores), _of(cells[place[0], baseline], scores))
        if len(differences) >= FEWEST and len(set(differences)) > 1:
            spreads[place] = (upper_spread(stdev(differences), len(differences)), len(differences))
    ends = [sd * size for place, (sd, _) in spreads.items() if (size := smallest_difference(pairs[place], level)) is not None]
    fewest = min(pairs.values())
    points = (min(ends), max(ends)) if ends else None
    measured = min((n for _, n in spreads.values()), default=0)
    return MinimumDetectableEffect(
        (fewest, max(pairs.values())), len(family), level, smallest_difference(fewest, level), points, len(ends), measured
    )


def _scores(found: CompletedRuns) -> dict[Hashable, Scores]:
    """Arm and cell -> the scores that were measured."""
    scores: dict[Hashable, Scores] = {}
    for key, run in found.measured.items():
        value = found.kept[key].value
        if value is not None:
            scores.setdefault(arm_in_cell(run.spec), {})[_seeds(run.spec)] = value
    return scores


def _of(runs: Sequence[PlannedRun], scores: Mapping[Hashable, Scores]) -> Scores:
    """All measured scores of an arm in a cell, those on other seeds than the planned ones too."""
    return next((scores[kind] for run in runs if (kind := arm_in_cell(run.spec)) in scores), {})


def _units(mine: Sequence[PlannedRun], theirs: Sequence[PlannedRun]) -> set[Any]:
    """Independent units: the splits that both arms have, or, on one split, its seeds."""
    pairs = [{_seeds(run.spec) for run in runs} for runs in (mine, theirs)]
    splits = {split for split, _ in pairs[0]} & {split for split, _ in pairs[1]}
    if len(splits) != 1:
        return splits
    seeds = [{seed for _, seed in some if seed is not None} for some in pairs]
    return (seeds[0] & seeds[1]) or seeds[0] or seeds[1] or splits


def _differences(mine: Scores, theirs: Scores) -> list[float]:
    """One difference per split (per seed where there is one split); an arm without seeds stands beside every seed of its split."""
    by_split: dict[int, list[float]] = {}
    for (split, seed), value in mine.items():
        for other in _partners(split, seed, theirs):
            by_split.setdefault(split, []).append(value - other)
    return [fmean(found) for found in by_split.values()] if len(by_split) != 1 else next(iter(by_split.values()))


def _seeds(spec: RunSpec) -> tuple[int, Training]:
    seed, init = spec.seed, spec.init_root
    return spec.split.split_seed, None if seed is None or init is None else (seed, init)


def _partners(split: int, seed: Training, theirs: Scores) -> list[float]:
    exact = [theirs[place] for place in ((split, seed), (split, None)) if place in theirs]
    return exact or ([value for (where, _), value in theirs.items() if where == split] if seed is None else [])
