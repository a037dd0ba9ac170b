"""The manifest of a plan: what will be run, written down before anything runs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from benchmark.data.examples import TaskData
from benchmark.metrics.metric import primary_name
from benchmark.planning import loaded_data
from benchmark.planning.grid import Grid
from benchmark.planning.workspace import Workspace
from benchmark.plugins.registry import methods
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import setting_id

if TYPE_CHECKING:
    from benchmark.planning.planned_run import PlannedRun


def make_manifest(
    grid: Grid, runs: Sequence[PlannedRun], workspace: Workspace, request: dict[str, Any], design: dict[str, Any] | None = None
) -> Manifest:
    """One row per run, in plan order. `design`: what the search or the looks want written down."""
    known: dict[Hashable, ManifestRow] = {}
    templates = {_template(run): run.spec for run in reversed(runs)}
    rows = tuple(_row(run, workspace, known) for run in runs)
    return Manifest(
        suite=grid.suite.name,
        profile=grid.profile_name,
        protocol=grid.protocol,
        stand_in=_stands_in(grid, rows),
        code=_version(),
        baseline=grid.suite.baseline,
        request=request,
        design=design or {},
        settings={setting_id(setting): setting for setting in (spec.setting for spec in templates.values())},
        rows=rows,
    )


def _stands_in(grid: Grid, rows: Sequence[ManifestRow]) -> bool:
    """Whether data or encoder stand in for real ones. A profile of generated sentences says so of its own sentences; with rows of the
    user's in their place it is the encoder that decides."""
    real = grid.profile.data == "real" or grid.encoder.random is not None
    return any(row.task_source == "embedded" for row in rows) or (grid.profile.stand_in and real)


def _template(run: PlannedRun) -> Hashable:
    """What runs share that differ in nothing but their seeds."""
    return run.cell, run.arm.name, run.arm.trial, run.shape, run.n_test


def _row(run: PlannedRun, workspace: Workspace, known: dict[Hashable, ManifestRow]) -> ManifestRow:
    """The row of a run. Rows of one arm in one cell on splits of one size differ in key and seeds alone: the first one is `known`."""
    template = _template(run)
    if template not in known:
        known[template] = _whole_row(run, workspace)
    spec = run.spec
    seeds = {"split_seed": spec.split.split_seed, "seed": spec.seed, "init_seed": spec.init_seed}
    return known[template].model_copy(update={"key": run.key, **seeds})


def _whole_row(run: PlannedRun, workspace: Workspace) -> ManifestRow:
    data = loaded_data.task_data(run.cell.task, workspace)
    entry = methods.entry(run.spec.method.name)
    return ManifestRow.of(
        run.spec,
        family=entry.family,
        controls=entry.controls,
        arm=run.arm.name,
        role=run.arm.role,
        trial=run.arm.trial,
        task_source=data.source,
        partial=partial_parts(data),
        metric=primary_name(loaded_data.metrics_of(run.cell.task, workspace)[0]),
        n_train=run.shape.n_train,
        n_dev=run.shape.n_dev,
        n_test=run.n_test,
        n_unlabelled=run.shape.n_unlabelled,
    )


def partial_parts(data: TaskData) -> str:
    """`train`, `test`, `train+test`, or nothing: which parts have fewer rows than the original."""
    return "+".join(part for part in ("train", "validation", "test") if part in data.partial)


def _version() -> str:
    try:
        return importlib.metadata.version("contrastive-benchmark")
    except importlib.metadata.PackageNotFoundError:
        return "source"
