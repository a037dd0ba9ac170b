"""Planning: a request becomes a manifest of specs, with what is there already and what the rest will cost. Trains nothing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.execution import corrections, datasets
from benchmark.execution.grid import Grid, make_grid
from benchmark.execution.manifests import make_manifest, request_told
from benchmark.execution.planned import PlannedRun, make_split_spec, plan_run, shape_of
from benchmark.execution.prices import Price, price
from benchmark.execution.workspace import Workspace, make_workspace
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.registry import build, load_plugin


@dataclass(frozen=True)
class Plan:
    """What a request means: its grid, its runs in order, and the manifest that is written down before anything runs."""

    grid: Grid
    runs: tuple[PlannedRun, ...]
    manifest: Manifest
    workspace: Workspace
    notes: tuple[str, ...] = ()
    price: Price = field(default_factory=Price)

    @property
    def title(self) -> str:
        """The profile, suite and protocol, for the first line of every output."""
        grid = self.grid
        data = "embedded stand-in data: no verdicts" if grid.profile.data == "embedded" else "real data"
        return (
            f"profile {grid.profile_name} ({grid.encoder.name}, {data}, {grid.compute.device}, {grid.compute.precision}, "
            f"{grid.compute.threads} thread{'s' * (grid.compute.threads > 1)} a run), suite {grid.suite.name}, protocol {grid.protocol}"
        )


def make_plan(request: RunRequest) -> Plan:
    """Lay out every run of a request. Data is loaded (its hash is part of each key); nothing is trained and nothing is written.

    Raises:
        UserError: names, options, data or encoder that do not exist or do not fit.
    """
    for plugin in request.plugins:
        load_plugin(plugin)
    grid = make_grid(request)
    workspace = make_workspace(request, grid)
    store = RecordStore(request.results)
    finished = frozenset() if request.rerun else finished_keys(store)
    runs = [dataclasses.replace(run, done=run.key in finished) for run in _unique(_runs(grid, workspace))]
    shared = shared_phases(runs)
    workspace = dataclasses.replace(workspace, shared=shared)
    manifest = make_manifest(grid, runs, workspace, request_told(request))
    notes = (*_notes(runs, shared), *_corrections(grid, workspace))
    return Plan(grid, tuple(runs), manifest, workspace, notes, price(runs, store))


def finished_keys(store: RecordStore) -> frozenset[str]:
    """Keys of the runs that are done; what failed is run again."""
    return frozenset(record.key for record in store if isinstance(record, RunRecord) and record.status == "done")


def shared_phases(runs: list[PlannedRun]) -> frozenset[str]:
    """The states that two or more of the runs still to do read; a run's last phase is never shared."""
    counts = Counter(key for run in runs if not run.done for key in run.phases[:-1])
    return frozenset(key for key, count in counts.items() if count > 1)


def _unique(runs: Iterator[PlannedRun]) -> list[PlannedRun]:
    """One run per key (tfidf on every seed of one split is one run).

    Raises:
        UserError: two arms that are the same run under two names.
    """
    kept: dict[str, PlannedRun] = {}
    for run in runs:
        first = kept.setdefault(run.key, run)
        if first.arm.name != run.arm.name:
            raise UserError(
                f"The arms {first.arm.name!r} and {run.arm.name!r} are the same run: method and parameters are equal.",
                "Each arm of a comparison differs from the others.",
                "Leave one out, or change its parameters.",
            )
    return list(kept.values())


def _runs(grid: Grid, workspace: Workspace) -> Iterator[PlannedRun]:
    arms = [(arm, build(arm.method, arm.params)) for arm in grid.arms]
    for cell in grid.cells:
        data = datasets.task_data(cell.task, workspace)
        for split_seed, seed in grid.seeds:
            split_spec = make_split_spec(grid, cell, split_seed)
            split = datasets.drawn(data, split_spec)
            shape = shape_of(data, split, cell, grid.suite.dev)
            for arm, method in arms:
                yield plan_run(grid, cell, arm, method, data, split_spec, shape, seed, len(split.test))


def _corrections(grid: Grid, workspace: Workspace) -> Iterator[str]:
    """For long-tailed cells: which classes each arm's correction would repeat, on the first split (on others other classes are small).

    Raises:
        UserError: a correction that would repeat none.
    """
    for cell in grid.cells:
        if cell.imbalance is None:
            continue
        data = datasets.task_data(cell.task, workspace)
        split = datasets.drawn(data, make_split_spec(grid, cell, grid.seeds[0][0]))
        for arm in grid.arms:
            line = corrections.told(arm.name, build(arm.method, arm.params), split, data.label_names, cell.label)
            if line is not None:
                yield line


def _notes(runs: list[PlannedRun], shared: frozenset[str]) -> Iterator[str]:
    done = sum(run.done for run in runs)
    yield f"{len(runs)} runs planned, {done} already there"
    if shared:
        readers = sum(1 for run in runs if not run.done and shared & set(run.phases))
        yield f"{len(shared)} phase states are shared by {readers} runs and trained once"
