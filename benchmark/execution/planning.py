"""Planning: a request becomes a manifest of specs, with what is there already and what the rest will cost. Trains nothing."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmark.config.encoder import EncoderConfig, budget_for
from benchmark.config.request import RunRequest
from benchmark.config.suite import Arm
from benchmark.data.examples import Split, TaskData
from benchmark.errors import UserError
from benchmark.execution import corrections, datasets
from benchmark.execution.grid import Cell, Grid, defaults_of, make_grid
from benchmark.execution.manifests import make_manifest
from benchmark.execution.numerics import NUMERICS
from benchmark.execution.phase_keys import phase_keys
from benchmark.execution.prices import Price, price
from benchmark.execution.workspace import Workspace
from benchmark.learning.contract import Cost, Method, Phase, TaskShape
from benchmark.learning.encoder import locate, weights_hash
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.spec import Budget, Compute, EncoderSpec, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore
from benchmark.registry import build, code_hash, load_plugin

NO_ENCODER = Compute(device="cpu", precision="fp32", threads=1)  # the compute of methods that need no encoder, whatever the profile's


@dataclass(frozen=True)
class PlannedRun:
    """One run of the plan.

    Args:
        phases: the keys of its phases, in order; the last one is never cached.
        cost: example passes that its phases declare.
        shape, n_test: sizes of the drawn split.
        done: whether the results folder holds its record already.
    """

    spec: RunSpec
    cell: Cell
    arm: Arm
    phases: tuple[str, ...]
    cost: Cost
    shape: TaskShape
    n_test: int
    done: bool = False

    @property
    def key(self) -> str:
        """The spec's."""
        return self.spec.key

    @property
    def label(self) -> str:
        """For people: cell and seed."""
        return f"{self.cell.label} seed {self.spec.split.split_seed}" + (
            "" if self.spec.seed in (None, self.spec.split.split_seed) else f"/{self.spec.seed}"
        )


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


def make_workspace(request: RunRequest, grid: Grid) -> Workspace:
    """The places and switches of a request."""
    embedded = grid.profile.data == "embedded"
    return Workspace(
        results=request.results,
        cache=request.cache_folder,
        data_root=None if embedded else _existing(request.data_root or data_root_of_environment()),
        embedded=embedded,
        task_files=dict(request.task_files),
        encoder=grid.encoder,
        plugins=request.plugins,
        cache_limit=request.cache_limit,
        keep_probabilities=request.keep_probabilities,
    )


def data_root_of_environment() -> Path | None:
    """BENCHMARK_DATA_ROOT, for users whose mirror always lies in one place."""
    given = os.environ.get("BENCHMARK_DATA_ROOT")
    return Path(given) if given else None


def request_told(request: RunRequest) -> dict[str, Any]:
    """The options as given, without the places of this machine: what a reader needs to repeat the command."""
    places = {"results", "cache", "data_root", "task_files", "plugins", "workers", "verbose", "cache_limit", "rerun"}
    return request.model_dump(mode="json", exclude=places, exclude_defaults=True)


def _existing(folder: Path | None) -> Path | None:
    if folder is not None and not folder.is_dir():
        raise UserError(
            f"--data-root {str(folder)!r} is no folder.", "A mirror holds <org>__<name>/<config>/<split>-*.parquet.", "Correct the path."
        )
    return folder


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
    arms = [(arm, _built(arm)) for arm in grid.arms]
    for cell in grid.cells:
        data = datasets.task_data(cell.task, workspace)
        for split_seed, seed in grid.seeds:
            split_spec = make_split_spec(grid, cell, split_seed)
            split = datasets.drawn(data, split_spec)
            shape = shape_of(data, split, cell)
            for arm, method in arms:
                yield _planned(grid, cell, arm, method, data, split_spec, shape, seed, len(split.test))


def _built(arm: Arm) -> Method:
    return build(arm.method, arm.params)


def make_split_spec(grid: Grid, cell: Cell, split_seed: int) -> SplitSpec:
    """The split of a cell for one split seed."""
    return SplitSpec(
        protocol=grid.protocol,
        shots=cell.shots,
        split_seed=split_seed,
        unlabelled=cell.unlabelled,
        test_cap=grid.profile.test_cap,
        dev=grid.suite.dev,
        imbalance=cell.imbalance,
    )


def shape_of(data: TaskData, split: Split, cell: Cell) -> TaskShape:
    """Names and sizes of the drawn split, as they will be after noise (`add:N` copies enlarge it)."""
    copies = 1
    if cell.noise is not None and cell.noise.size != "replace" and cell.noise.where != "test":
        copies += int(cell.noise.size.removeprefix("add:"))
    return TaskShape(data.task, data.label_names, data.pair, copies * len(split.train), copies * len(split.dev), len(split.unlabelled))


def _planned(
    grid: Grid, cell: Cell, arm: Arm, method: Method, data: TaskData, split: SplitSpec, shape: TaskShape, seed: int, n_test: int
) -> PlannedRun:
    budget = budget_for(grid.encoder.constants, shape.n_train, steps=grid.profile.steps, selection=grid.suite.selection)
    matched = _matched_cost(grid, method, shape, budget)
    spec = RunSpec(
        numerics=NUMERICS,
        method=MethodSpec(
            name=arm.method,
            params=method.params(),
            code=code_hash(type(method)),
            matched=None if matched is None else (matched.forward, matched.backward),
        ),
        task=TaskSpec(name=data.task, data=data.hash, n_classes=len(data.label_names), pair=data.pair),
        split=split,
        noise=cell.noise,
        sampler=cell.sampler_for(len(data.label_names)),
        encoder=encoder_spec(grid) if method.needs_encoder else None,
        budget=budget if method.needs_encoder else None,
        compute=grid.compute if method.needs_encoder else NO_ENCODER,
        seed=seed if method.streams else None,
    )
    shape = dataclasses.replace(shape, matched=matched)
    phases = method.phases(shape)
    keys = tuple(phase_keys(spec, phases, method.salt))
    return PlannedRun(spec, cell, arm, keys, declared(phases, shape, budget), shape, n_test)


def declared(phases: Sequence[Phase], shape: TaskShape, budget: Budget) -> Cost:
    """The cost that phases declare, summed."""
    return sum((phase.cost(shape, budget) for phase in phases), Cost())


def _matched_cost(grid: Grid, method: Method, shape: TaskShape, budget: Budget) -> Cost | None:
    """What the method that this one is matched to declares, with the parameters that it has in this grid."""
    target = method.matched_to()
    if target is None:
        return None
    params = next((arm.params for arm in grid.arms if arm.method == target), defaults_of(grid.profile, target))
    return declared(build(target, params).phases(shape), shape, budget)


@lru_cache(maxsize=4)
def _weights(described: str) -> str:
    encoder = EncoderConfig.model_validate_json(described)
    return weights_hash(encoder, locate(encoder))


def encoder_spec(grid: Grid) -> EncoderSpec:
    """The encoder by pinned commit and the hash of the weights at hand."""
    encoder = grid.encoder
    return EncoderSpec(
        name=encoder.name,
        commit=encoder.commit or "",
        weights=_weights(encoder.model_dump_json()),
        pooling=encoder.pooling,
        max_length=encoder.max_length,
    )


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
            line = corrections.told(arm.name, _built(arm), split, data.label_names, cell.label)
            if line is not None:
                yield line


def _notes(runs: list[PlannedRun], shared: frozenset[str]) -> Iterator[str]:
    done = sum(run.done for run in runs)
    yield f"{len(runs)} runs planned, {done} already there"
    if shared:
        readers = sum(1 for run in runs if not run.done and shared & set(run.phases))
        yield f"{len(shared)} phase states are shared by {readers} runs and trained once"
