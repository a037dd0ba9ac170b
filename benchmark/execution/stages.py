"""A command as a row of plans: the trials of a search, then the grid, or one plan per look of `--until decided`.

Each plan is made after the one before it has run, from its records: so that a command that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.config.request import RunRequest
from benchmark.execution.grid import Grid
from benchmark.execution.kept import holdings
from benchmark.execution.layout import Strand, lay_out, once, unique, whole_grid
from benchmark.execution.planning import Plan, plan_of, prepared
from benchmark.execution.search import trials
from benchmark.execution.workspace import Workspace
from benchmark.records.store import RecordStore


def stages(request: RunRequest) -> Iterator[Plan]:
    """The plans of a request, in order. Ask for the next one when the last one has run.

    Raises:
        UserError: names, options, data or encoder that do not exist or do not fit.
    """
    grid, workspace = prepared(request)
    strands: list[Strand] = whole_grid(grid)
    if request.search is None:
        yield plan_of(request, grid, workspace, unique(lay_out(grid, strands, workspace)))
        return
    yield from _searched(request, grid, workspace, request.search)


def _searched(request: RunRequest, grid: Grid, workspace: Workspace, budget: int) -> Iterator[Plan]:
    search = trials.make_search(grid, budget)
    runs = list(lay_out(grid, search.strands, workspace))
    trials.check_development(runs)
    design = {"search": trials.told(grid, search, workspace)}
    afterwards = len(once(lay_out(grid, whole_grid(grid), workspace))[0])
    notes = [*_fewer(search), f"Afterwards about {afterwards} runs with the chosen settings on the reported splits."]
    yield plan_of(request, grid, workspace, once(iter(runs))[0], stage=_trials_stage(search), design=design, notes=notes)
    made = trials.choices(search, runs, holdings(RecordStore(request.results)).kept)
    design = {"search": trials.told(grid, search, workspace, made)}
    strands = trials.chosen_strands(grid, search, made, grid.seeds)
    chosen, twins = once(lay_out(grid, strands, workspace))
    notes = [f"The search chose the same setting for {first} and {second}: those runs stand under {first}." for first, second in twins]
    yield plan_of(request, grid, workspace, chosen, stage="search: the chosen settings on the reported splits", design=design, notes=notes)


def _trials_stage(search: trials.Search) -> str:
    splits = f"{len(trials.TUNING)} tuning splits (seeds {trials.TUNING[0][0]} to {trials.TUNING[-1][0]})"
    return f"search: trials, {search.trials} settings for each arm and cell on {splits}, chosen by mean development score"


def _fewer(search: trials.Search) -> list[str]:
    """The arms that get fewer trials than the budget, and why."""
    none = [name for name, settings in search.settings.items() if not settings]
    few = [f"{name} ({len(settings)})" for name, settings in search.settings.items() if 0 < len(settings) < search.trials]
    return [
        *([f"Nothing to search, so no trials: {', '.join(none)}; they run with their defaults."] if none else []),
        *([f"The whole space is smaller than the budget, and all of it is tried: {', '.join(few)}."] if few else []),
    ]
