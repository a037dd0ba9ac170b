"""Planning: a request becomes a manifest of specs, with what is already computed and what the rest will cost. Trains nothing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchmark.config.request import RunRequest
from benchmark.config.task import task_names
from benchmark.planning import correction_preview, loaded_data
from benchmark.planning.cost.completed_runs import CompletedRuns, completed_runs
from benchmark.planning.cost.estimate import CostEstimate, estimate_cost
from benchmark.planning.cost.minimum_detectable_effect import MinimumDetectableEffect, effects_by_family, minimum_detectable_effect
from benchmark.planning.grid import Grid, make_grids
from benchmark.planning.layout import lay_out, unique, whole_grid
from benchmark.planning.plan_manifest import make_manifest
from benchmark.planning.planned_run import PlannedRun, make_split_spec
from benchmark.planning.worker_count import WorkerCount, worker_count
from benchmark.planning.workspace import Workspace, make_workspace
from benchmark.plugins.plugin_loading import load_plugin
from benchmark.plugins.registry import build
from benchmark.records.manifest import Manifest
from benchmark.records.store import RecordStore


@dataclass(frozen=True)
class Plan:
    """What a request means: its grid, its runs in order, and the manifest that is written down before anything runs.

    Args:
        notes: what to know before starting.
        warnings: what a family of methods leaves out, and what is wrong with the rows of a task, or nearly wrong; `run` prints it too.
        stage: which part of a search or of `--until decided` this is, in words; "" for a plan that is the whole.
        found: what the results folder held when the plan was made.
    """

    grid: Grid
    runs: tuple[PlannedRun, ...]
    manifest: Manifest
    workspace: Workspace
    notes: tuple[str, ...] = ()
    stage: str = ""
    found: CompletedRuns = field(default_factory=CompletedRuns, repr=False)
    workers: WorkerCount = field(default_factory=lambda: WorkerCount(1))
    executor: str = "local"
    warnings: tuple[str, ...] = ()

    @cached_property
    def price(self) -> CostEstimate:
        """What the runs still to do will cost, from what was measured."""
        return estimate_cost(self.runs, list(self.found.measured.values()), self.workspace, self.workers.count)

    @cached_property
    def detectable(self) -> MinimumDetectableEffect | None:
        """The smallest difference to the baseline that the plan can find; None where it compares nothing."""
        looks = self.manifest.design.get("looks")
        level = None if looks is None else looks["levels"][min(len({row["seeds"] for row in looks["table"]}), len(looks["levels"]) - 1)]
        return minimum_detectable_effect(self.runs, self.grid.suite.baseline, self.found, level)

    def detectable_by(self, family_of: Callable[[str], str]) -> dict[str, MinimumDetectableEffect]:
        """`detectable` for each family of tests, which a report corrects apart from the others (`effects_by_family`)."""
        return effects_by_family(self.runs, self.grid.suite.baseline, self.found, family_of)

    @property
    def generated(self) -> bool:
        """Whether there are generated sentences among the data."""
        return any(row.task_source == "embedded" for row in self.manifest.rows)

    @property
    def title(self) -> str:
        """The profile, suite and protocol, for the first line of every output."""
        grid = self.grid
        encoder = "real data, a stand-in encoder: no verdicts" if self.manifest.stand_in else "real data"
        data = "embedded stand-in data: no verdicts" if self.generated else encoder
        return (
            f"profile {grid.profile_name} ({grid.encoder.name}, {data}, {grid.compute.device}, {grid.compute.precision}, "
            f"{grid.compute.threads} thread{'s' * (grid.compute.threads > 1)} a run), suite {grid.suite.name}, protocol {grid.protocol}; "
            f"{self.workers}"
        )


def make_plan(request: RunRequest) -> Plan:
    """Lay out every run of a request of one grid. Data is loaded (its hash is part of each key); nothing is trained or written.

    Raises:
        UserError: names, options, data or encoder that do not exist or do not fit.
    """
    ((grid, workspace),) = prepared(request)
    return plan_of(request, grid, workspace, unique(lay_out(grid, whole_grid(grid), workspace)))


def prepared(request: RunRequest) -> list[tuple[Grid, Workspace]]:
    """The grids of a request, each with its workspace, the plug-ins loaded."""
    for plugin in request.plugins:
        load_plugin(plugin)
    return [(grid, make_workspace(request, grid)) for grid in make_grids(request)]


@dataclass(frozen=True)
class PlanStep:
    """Which part of a command a plan is.

    Args:
        stage: in words: the stage of a study, the trials of a search, an interim look; "" for a plan that is the whole.
        design: what the manifest says of it.
        notes: what to know before it starts.
        made: the keys of the runs that the command has made before; --rerun does not make them once more.
    """

    stage: str = ""
    design: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made: frozenset[str] = frozenset()


def plan_of(request: RunRequest, grid: Grid, workspace: Workspace, runs: Sequence[PlannedRun], step: PlanStep | None = None) -> Plan:
    """The plan of these runs: what of them is completed, what they share, their manifest and their price."""
    step = step or PlanStep()
    found = completed_runs(RecordStore(request.results))
    found.refuse_newer(run.key for run in runs)
    known = found.crashed | found.kept
    if request.rerun:
        known = {key: known[key] for key in step.made & known.keys()}
    runs = [dataclasses.replace(run, kept=known.get(run.key)) for run in runs]
    workspace = dataclasses.replace(workspace, shared=shared_phases(runs))
    notes = (*step.notes, *_crashed(runs), *_corrections(grid, workspace))
    warnings = (*grid.left_out, *_warnings(grid, workspace))
    workers = worker_count(request, grid.compute, grid.encoder, sum(run.todo for run in runs))
    manifest = make_manifest(grid, runs, workspace, request.as_given(), step.design)
    return Plan(grid, tuple(runs), manifest, workspace, notes, step.stage, found, workers, request.executor, warnings)


def shared_phases(runs: Sequence[PlannedRun]) -> frozenset[str]:
    """The states that two or more of the runs still to do read; a run's last phase is never shared."""
    counts = Counter(key for run in runs if run.todo for key in run.phases[:-1])
    return frozenset(key for key, count in counts.items() if count > 1)


def _warnings(grid: Grid, workspace: Workspace) -> Iterator[str]:
    """What is wrong with the rows of users' own tasks, and development sets that select although training texts hold them.

    Raises:
        UserError: rows from which nothing could be learnt.
    """
    for task in dict.fromkeys(cell.task for cell in grid.cells):
        if task in workspace.task_files and task in task_names():
            yield f"task {task}: the file {workspace.task_files[task].name!r} stands in for the task that is known under this name."
        if loaded_data.task_data(task, workspace).source == "file":
            yield from loaded_data.findings(task, workspace).lines()
    if grid.suite.selection != "best-dev" and grid.protocol != "paper" and grid.search is None:
        return
    for cell in grid.cells:
        if cell.shots == "all":
            data = loaded_data.task_data(cell.task, workspace)
            repeats = loaded_data.repeats(data, make_split_spec(grid, cell, grid.seeds[0].split)).get("dev")
            if repeats is not None and repeats.often:
                repeated = (
                    f"{repeats.inside} of {repeats.long_enough} development texts of three or more words stand inside a training text"
                )
                yield f"{cell.label}: {repeated}, and development scores select here."


def _crashed(runs: Sequence[PlannedRun]) -> Iterator[str]:
    crashed = sum(not (run.todo or run.done) for run in runs)
    if crashed:
        yield f"{crashed} of the runs killed their process twice and count as failed; only --rerun begins them again."


def _corrections(grid: Grid, workspace: Workspace) -> Iterator[str]:
    """For long-tailed cells: which classes each arm's correction would repeat, on the first split (on others other classes are small).

    Raises:
        UserError: a correction that would repeat none.
    """
    for cell in grid.cells:
        if cell.imbalance is None:
            continue
        data = loaded_data.task_data(cell.task, workspace)
        split = loaded_data.drawn(data, make_split_spec(grid, cell, grid.seeds[0].split))
        for arm in grid.arms:
            line = correction_preview.repeated_classes(arm.name, build(arm.method, arm.params), split, data.label_names, cell.label)
            if line is not None:
                yield line
