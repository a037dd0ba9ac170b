"""The sub-grid of a reference: one's own arms in the cells, splits and seeds in which the baseline of the reference is finished.

Runs are specified as the suite itself would specify them, so that an arm has the same keys in either way.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.config.request import RunRequest
from benchmark.config.suite import Arm, SuiteConfig
from benchmark.config.toml_files import load_suite
from benchmark.errors import UserError, unknown
from benchmark.planning.cost.completed_runs import CompletedRuns, MeasuredRun
from benchmark.planning.grid import Grid, make_grid
from benchmark.planning.layout import Strand, lay_out, once
from benchmark.planning.plan import Plan, PlanStep, plan_of
from benchmark.planning.planned_run import PlannedRun
from benchmark.planning.run_seeds import RunSeeds
from benchmark.planning.workspace import Workspace, make_workspace
from benchmark.plugins.plugin_loading import load_plugins
from benchmark.records.record import RunRecord
from benchmark.records.reference.comparability import obstacles
from benchmark.records.reference.reference import Reference

OF_A_SEARCH = ("search", "until", "splits")  # options that decide or cross seeds and parameters: a reference has fixed them


@dataclass(frozen=True)
class SubGrid:
    """What `compare --against` runs.

    Args:
        plans: one's own arms, a plan for each grid of the suite that has a cell of the reference.
        calibration: the re-runs of the reference's baseline; None: none were asked for, or none are possible.
        refused: why runs cannot be paired -> how many; they are not run.
        baseline: the arm of the reference that the others are compared with.
        notes: what a reader must know of the choice.
    """

    plans: tuple[Plan, ...]
    calibration: Plan | None
    refused: dict[str, int]
    baseline: str
    notes: tuple[str, ...] = ()

    @property
    def runs(self) -> tuple[PlannedRun, ...]:
        """Every run of one's own arms."""
        return tuple(run for plan in self.plans for run in plan.runs)

    @property
    def everything(self) -> tuple[Plan, ...]:
        """The plans in the order in which they run; the calibration comes last."""
        return (*self.plans, *([] if self.calibration is None else [self.calibration]))


def sub_grid(request: RunRequest, reference: Reference, calibrate: int) -> SubGrid:
    """The runs of the request's methods where the baseline of the reference is finished.

    `--stage`, `--tasks`, `--shots` and `--seeds` narrow it. Without `--stage` and `--shots` it is the first grid of the suite in which the
    baseline has any finished run.

    Args:
        request: its `methods` are the arms; suite and profile those of the reference.
        calibrate: how many finished runs of the baseline are made again.

    Raises:
        UserError: options or names that do not fit, or no run that could be paired.
    """
    load_plugins(request.plugins)
    suite = load_suite(request.suite)
    _check(request, suite)
    if suite.baseline not in reference.finished:
        raise UserError(
            f"The reference has no finished run of its baseline {suite.baseline!r}.",
            "A reference whose baseline has run: gains are taken over it.",
            "Give another with --against, or run its suite first.",
        )
    refused: Counter[str] = Counter()
    chosen = list(_chosen(request, suite, reference, refused))
    if not chosen:
        raise _nothing(request, reference, refused)
    cost = _measured(reference)
    plans = tuple(_priced(_plan(request, grid, grid.mine, ""), cost) for grid in chosen)
    again, notes = _calibration(chosen, reference, calibrate)
    calibration = _priced(_plan(request, chosen[0], again, f"calibration: {suite.baseline} again"), cost) if again else None
    return SubGrid(plans, calibration, dict(refused), suite.baseline, tuple(notes))


def _check(request: RunRequest, suite: SuiteConfig) -> None:
    for name in OF_A_SEARCH:
        if getattr(request, name) is not None:
            raise UserError(
                f"--{name} was given with --against.",
                "Parameters and seeds are those of the reference.",
                f"Leave out --{name}, or use --set.",
            )
    stages = [stage.name for stage in suite.stage]
    for stage in request.stage or ():
        if stage not in stages:
            raise unknown("stage", stage, stages or ["none: the suite has no stages"])


@dataclass(frozen=True)
class _Placed:
    """One grid of the suite with the runs that have a counterpart.

    Args:
        mine: runs of one's own arms, each beside a finished run of the baseline.
        beside: the baseline's runs in the same places: what is planned, and its record.
    """

    grid: Grid
    workspace: Workspace
    mine: tuple[PlannedRun, ...]
    beside: tuple[tuple[PlannedRun, RunRecord], ...]


def _chosen(request: RunRequest, suite: SuiteConfig, reference: Reference, refused: Counter[str]) -> Iterator[_Placed]:
    """The grids with runs that can be paired: of the stages or shots asked for, or else the first in which the baseline is finished."""
    for part in suite.parts():
        if part.encoders or part.inits or part.search or (request.stage is not None and part.part not in request.stage):
            continue
        found = _placed(request, part, reference, refused)
        if found.mine:
            yield found
        if found.beside and request.stage is None and request.shots is None:
            return


def _placed(request: RunRequest, part: SuiteConfig, reference: Reference, refused: Counter[str]) -> _Placed:
    tasks = tuple(task for task in part.tasks if request.tasks is None or task in request.tasks)
    arms = {arm.name: arm for arm in part.arms}
    mine = [arms.get(name) or Arm(name=name, method=name) for name in request.methods or ()]
    baseline = arms.get(part.baseline) or Arm(name=part.baseline, method=part.baseline)
    plain = request.model_copy(update={"methods": None, "tasks": None, "stage": None, "shots": None, "seeds": None})
    both = [*mine, *([] if baseline.name in {arm.name for arm in mine} else [baseline])]
    grid = make_grid(plain, part.model_copy(update={"tasks": tasks or part.tasks, "arms": tuple(both)}))
    workspace = make_workspace(request, grid)
    names = {arm.name for arm in mine}
    seeds = _seeds(reference, part.baseline, request)
    strands = [
        Strand(cell, arm, seeds[cell.task])
        for cell in grid.cells
        if tasks and cell.task in seeds and (request.shots is None or cell.shots in request.shots)
        for arm in grid.arms
    ]
    found, beside = [], []
    for run in once(lay_out(grid, strands, workspace))[0]:
        record = reference.beside(part.baseline, run.spec)
        if record is None:
            continue
        if run.arm.name == part.baseline:
            beside.append((run, record))
        if run.arm.name in names:
            if reasons := obstacles(run.spec, record.spec):
                refused.update({f"{run.cell.label}: {'; '.join(reasons)}": 1})
            else:
                found.append(run)
    own = dataclasses.replace(grid, arms=tuple(arm for arm in grid.arms if arm.name in names))
    return _Placed(own, workspace, tuple(found), tuple(beside))


def _seeds(reference: Reference, baseline: str, request: RunRequest) -> dict[str, tuple[RunSeeds, ...]]:
    """Task -> the split and seeds of the baseline's finished runs, in order."""
    found: dict[str, set[RunSeeds]] = {}
    for place, records in reference.finished[baseline].items():
        for record in records:
            spec = record.spec
            seed = place.split_seed if spec.seed is None else spec.seed
            if request.seeds is None or seed in request.seeds:
                found.setdefault(place.task, set()).add(RunSeeds(place.split_seed, seed, spec.init_seed))
    return {task: tuple(sorted(seeds, key=_order)) for task, seeds in found.items()}


def _order(seeds: RunSeeds) -> tuple[int, int, int]:
    return seeds.split, seeds.seed, -1 if seeds.init is None else seeds.init


def _nothing(request: RunRequest, reference: Reference, refused: Counter[str]) -> UserError:
    if refused:
        reasons = [f"{count} runs, {reason}" for reason, count in refused.most_common(3)]
        return UserError(
            f"No run of {', '.join(request.methods or ())} can be paired with the reference: {'; '.join(reasons)}.",
            "Runs on the same data, splits, seeds, encoder, budget and compute, by an engine with the same numerics.",
            "Give the data, encoder and options that the reference was made with.",
        )
    there = sorted({f"{row.task} N = {row.shots}" for row in reference.rows})
    return UserError(
        "The reference has no finished run of its baseline in the cells and seeds that were asked for.",
        f"Cells that it plans: {', '.join(there)}.",
        "Correct --stage, --tasks, --shots or --seeds.",
    )


def _plan(request: RunRequest, placed: _Placed, runs: Sequence[PlannedRun], what: str) -> Plan:
    title = f"stage {placed.grid.stage} ({placed.grid.suite.title})" if placed.grid.stage else ""
    design = {"stage": placed.grid.stage} if placed.grid.stage else {}
    return plan_of(request, placed.grid, placed.workspace, runs, PlanStep(": ".join(part for part in (title, what) if part), design))


def _measured(reference: Reference) -> dict[str, MeasuredRun]:
    return {run.record.key: MeasuredRun(run.record.spec, run.record.phases, run.record.scoring_seconds) for run in reference.runs}


def _priced(plan: Plan, measured: dict[str, MeasuredRun]) -> Plan:
    """The plan with what runs of the reference cost beside what was measured here, so that a first run has a price too."""
    found = plan.found
    return dataclasses.replace(plan, found=CompletedRuns(found.kept, measured | found.measured, found.crashed, found.newer))


def _calibration(grids: Sequence[_Placed], reference: Reference, wanted: int) -> tuple[list[PlannedRun], list[str]]:
    """The baseline's runs to make again: of each task in turn the first in the order of keys, which are hashes, so no choice hides in it.

    Only a run that has the key of its counterpart is the same run.
    """
    if not wanted:
        return [], []
    first = grids[0]
    places = {(run.cell, run.spec.split.split_seed) for run in first.mine}
    same = [run for run, record in first.beside if run.key == record.key and (run.cell, run.spec.split.split_seed) in places]
    if not same:
        return [], ["No calibration: the baseline of this program has other keys than that of the reference, so it would be another run."]
    by_task: dict[str, list[PlannedRun]] = {}
    for run in sorted(same, key=lambda run: run.key):
        by_task.setdefault(run.cell.task, []).append(run)
    rounds = [runs[i] for i in range(max(map(len, by_task.values()))) for runs in by_task.values() if i < len(runs)]
    return rounds[:wanted], [] if len(rounds) >= wanted else [f"Only {len(rounds)} runs of the baseline can be made again for calibration."]
