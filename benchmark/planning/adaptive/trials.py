"""From arms to the trials of a search, and from their development scores to arms with the chosen settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.cell import Cell
from benchmark.config.suite import Arm
from benchmark.errors import UserError
from benchmark.planning import loaded_data
from benchmark.planning.adaptive.search_space import axes_of, draws
from benchmark.planning.adaptive.trial_choice import Choice, choose
from benchmark.planning.cost.completed_runs import CompletedRun
from benchmark.planning.grid import Grid
from benchmark.planning.layout import Strand
from benchmark.planning.planned_run import PlannedRun, make_split_spec
from benchmark.planning.run_seeds import paired_seeds
from benchmark.planning.workspace import Workspace
from benchmark.plugins.registry import build

FIRST_TUNING_SPLIT = 1000  # split seeds from here on are for tuning, and no report uses them (docs/protocol.md)
TUNING = paired_seeds(range(FIRST_TUNING_SPLIT, FIRST_TUNING_SPLIT + 5))
Place = tuple[Cell, str]  # cell and name of the arm


@dataclass(frozen=True)
class Search:
    """The trials of a grid.

    Args:
        trials: the budget: settings per arm and cell.
        settings: per arm, by name, what is drawn; empty for an arm without anything to search.
        strands: every trial in every cell.
    """

    trials: int
    settings: dict[str, list[dict[str, Any]]]
    strands: tuple[Strand, ...]


def make_search(grid: Grid, trials: int) -> Search:
    """Lay out the trials: for every arm the same number of draws, in every cell, each on the tuning splits.

    Raises:
        UserError: reported seeds that are tuning splits, or no arm with anything to search.
    """
    _refuse_tuning_seeds(grid)
    settings = {arm.name: draws(arm, trials) for arm in grid.arms}
    if not any(settings.values()):
        raise UserError(
            f"--search {trials} was given, and no arm of this run has anything to search.",
            "A method declares its space with `searchable(...)`; what suite, profile or --set fix is held.",
            "Leave out --search, or choose other --methods.",
        )
    strands = tuple(
        Strand(cell, trial_arm(arm, number, setting), TUNING)
        for cell in grid.cells
        for arm in grid.arms
        for number, setting in enumerate(settings[arm.name])
    )
    return Search(trials, settings, strands)


def trial_arm(arm: Arm, number: int, setting: Mapping[str, Any]) -> Arm:
    """The arm with one draw's parameters."""
    return arm.model_copy(update={"params": {**arm.params, **setting}, "role": "trial", "trial": number})


def alternatives(grid: Grid, search: Search) -> list[Strand]:
    """The reported grid with every setting that the search may choose; an arm without anything to search has its defaults alone."""
    return [
        Strand(cell, trial_arm(arm, number, setting), grid.seeds)
        for cell in grid.cells
        for arm in grid.arms
        for number, setting in enumerate(search.settings[arm.name] or [{}])
    ]


def described(search: Search) -> str:
    """The search in one line."""
    splits = f"{len(TUNING)} tuning splits (seeds {TUNING[0].split} to {TUNING[-1].split})"
    return f"search: trials, {search.trials} settings for each arm and cell on {splits}, chosen by mean development score"


def fewer(search: Search) -> list[str]:
    """The arms that get fewer trials than the budget, and why."""
    none = [name for name, settings in search.settings.items() if not settings]
    few = [f"{name} ({len(settings)})" for name, settings in search.settings.items() if 0 < len(settings) < search.trials]
    return [
        *([f"Nothing to search, so no trials: {', '.join(none)}; they run with their defaults."] if none else []),
        *([f"The whole space is smaller than the budget, and all of it is tried: {', '.join(few)}."] if few else []),
    ]


def _refuse_tuning_seeds(grid: Grid) -> None:
    reported = {split for split, *_ in grid.seeds}
    shared = sorted(reported & {split for split, *_ in TUNING})
    if shared:
        raise UserError(
            f"The split seeds {', '.join(map(str, shared))} are to be reported, and a search tunes on them.",
            f"Tuning splits have the seeds {TUNING[0].split} to {TUNING[-1].split}; a report uses others.",
            "Correct --seeds.",
        )


def check_development(runs: Sequence[PlannedRun]) -> None:
    """UserError where a trial would have no development set: nothing could be chosen by."""
    without = next((run for run in runs if run.shape.n_dev == 0), None)
    if without is not None:
        raise UserError(
            f"--search was given, and the cell {without.cell.label!r} has no development examples.",
            "A setting is chosen by development score and by nothing else.",
            "Use a task with a development set or with more training rows, or leave out --search.",
        )


def choices(search: Search, runs: Sequence[PlannedRun], kept: Mapping[str, CompletedRun]) -> dict[Place, Choice]:
    """The choice of every arm and cell that has trials, from the development scores of its runs and from nothing else."""
    scores: dict[Place, list[list[float | None]]] = {}
    for run in runs:
        assert run.arm.trial is not None
        rows = scores.setdefault((run.cell, run.arm.name), [[] for _ in search.settings[run.arm.name]])
        found = kept.get(run.key)
        rows[run.arm.trial].append(None if found is None else found.dev_value)
    return {place: choose(rows) for place, rows in scores.items()}


def chosen_arm(arm: Arm, search: Search, choice: Choice | None) -> Arm:
    """The arm as it is reported: with the parameters of the trial that was chosen."""
    if choice is None:
        return arm
    return arm.model_copy(update={"params": {**arm.params, **search.settings[arm.name][choice.trial]}, "role": "tuned"})


def search_summary(grid: Grid, search: Search, workspace: Workspace, made: Mapping[Place, Choice] | None = None) -> dict[str, Any]:
    """What the manifest keeps of a search: budget, tuning splits, their labels, spaces, and, once they are made, the choices."""
    spaces = {arm.name: {axis.name: axis.summary() for axis in axes_of(arm)} for arm in grid.arms}
    content: dict[str, Any] = {
        "trials": search.trials,
        "splits": [split for split, *_ in TUNING],
        "labels": {cell.label: labels_used(grid, cell, workspace) for cell in grid.cells},
        "drawn": {name: len(settings) for name, settings in search.settings.items()},
        "spaces": {name: axes for name, axes in spaces.items() if axes},
    }
    if made is not None:
        content["choices"] = [_choice_summary(grid, search, place, choice) for place, choice in made.items()]
    return content


def _choice_summary(grid: Grid, search: Search, place: Place, choice: Choice) -> dict[str, Any]:
    cell, name = place
    arm = next(arm for arm in grid.arms if arm.name == name)
    chosen = chosen_arm(arm, search, choice)
    values = build(chosen.method, chosen.params).params()
    setting = {axis.name: values[axis.name] for axis in axes_of(arm)}
    return {"cell": cell.label, "arm": name, "setting": setting, **dataclasses.asdict(choice)}


def labels_used(grid: Grid, cell: Cell, workspace: Workspace) -> int:
    """Different labelled examples (training and development) of all tuning splits of a cell: what the search cost in labels."""
    data = loaded_data.task_data(cell.task, workspace)
    ids: set[int] = set()
    for split_seed, *_ in TUNING:
        split = loaded_data.drawn(data, make_split_spec(grid, cell, split_seed))
        ids |= {*split.train.ids.tolist(), *split.dev.ids.tolist()}
    return len(ids)
