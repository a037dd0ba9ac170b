"""One planned run: an arm in a cell on one seed becomes a spec, the keys of its phases, and a declared cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.cell import Cell
from benchmark.config.encoder import EncoderConfig, budget_for
from benchmark.config.suite import Arm
from benchmark.config.task import TaskConfig, load_task
from benchmark.contract.method import Method
from benchmark.contract.phase import Phase
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Split, TaskData
from benchmark.errors import UserError
from benchmark.models.encoder_files import files_hash, locate, most_tokens, weights_hash
from benchmark.planning.cost.completed_runs import CompletedRun
from benchmark.planning.grid import Grid, defaults_of
from benchmark.planning.phase_keys import PhaseChain
from benchmark.planning.run_seeds import RunSeeds
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.registry import build
from benchmark.records.spec import Budget, Compute, EncoderSpec, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.version import NUMERICS

NO_ENCODER = Compute(device="cpu", precision="fp32", threads=1)  # the compute of methods that need no encoder, whatever the profile's


class PlannedPhase(NamedTuple):
    """A phase of a planned run: its name, and the example passes that it declares."""

    name: str
    cost: Cost


@dataclass(frozen=True)
class PlannedRun:
    """One run of the plan.

    Args:
        key: the spec's.
        phases: the keys of its phases, in order; the last one is never cached.
        parts: the same phases by name, with what they declare to cost.
        shape, n_test: sizes of the drawn split.
        kept: what the results folder holds of it already; None: it is still to do.
    """

    spec: RunSpec
    key: str
    cell: Cell
    arm: Arm
    phases: tuple[str, ...]
    parts: tuple[PlannedPhase, ...]
    shape: TaskInfo
    n_test: int
    kept: CompletedRun | None = None

    @property
    def todo(self) -> bool:
        """Whether it is still to do: no record says that it is finished, or that it killed its process twice."""
        return self.kept is None

    @property
    def done(self) -> bool:
        """Whether it was finished before."""
        return self.kept is not None and not self.kept.error

    @property
    def cost(self) -> Cost:
        """Example passes that its phases declare."""
        return sum((part.cost for part in self.parts), Cost())

    @property
    def label(self) -> str:
        """For people: cell and seed."""
        split, seed, init = self.spec.split.split_seed, self.spec.seed, self.spec.init_seed
        parts = [split] + ([] if seed in (None, split) and init is None else [seed]) + ([] if init is None else [init])
        return f"{self.cell.label} seed {'/'.join(map(str, parts))}"


@dataclass(frozen=True)
class Template:
    """An arm in a cell on splits of one size: all of it but the seeds. A grid of thousands of runs has tens of these.

    Args:
        spec: the spec on the first seed.
        draws: whether a run draws random numbers in training (or for the encoder's top layers); else its runs have no seed.
    """

    spec: RunSpec
    cell: Cell
    arm: Arm
    chain: PhaseChain
    parts: tuple[PlannedPhase, ...]
    shape: TaskInfo
    n_test: int
    draws: bool

    def on(self, split: SplitSpec, seeds: RunSeeds) -> PlannedRun:
        """The run on one replicate, whose split is given."""
        drawn = {"seed": seeds.seed, "init_seed": seeds.init} if self.draws else {"seed": None, "init_seed": None}
        spec = self.spec.model_copy(update={"split": split, **drawn})
        return PlannedRun(spec, spec.key, self.cell, self.arm, tuple(self.chain.keys(spec)), self.parts, self.shape, self.n_test)


def make_split_spec(grid: Grid, cell: Cell, split_seed: int) -> SplitSpec:
    """The split of a cell for one split seed."""
    return SplitSpec(
        protocol=grid.protocol,
        shots=cell.shots,
        split_seed=split_seed,
        unlabelled=cell.unlabelled,
        test_cap=min((cap for cap in (grid.suite.test_cap, grid.profile.test_cap) if cap is not None), default=None),
        dev=grid.suite.dev,
        imbalance=cell.imbalance,
    )


def shape_of(data: TaskData, split: Split, cell: Cell, dev: str) -> TaskInfo:
    """Names and sizes of the drawn split, as they will be after noise (`add:N` copies enlarge it, and development like train)."""
    copies = 1
    if cell.noise is not None and cell.noise.size != "replace" and cell.noise.where != "test":
        copies += int(cell.noise.size.removeprefix("add:"))
    n_dev = len(split.dev) * (1 if dev == "clean" else copies)
    return TaskInfo(data.task, data.label_names, data.pair, copies * len(split.train), n_dev, len(split.unlabelled))


@dataclass(frozen=True)
class CellContext:
    """What the arms of a cell have in common.

    Args:
        arms: those that meet in the cell; one that is matched to another takes that one's parameters from there.
    """

    grid: Grid
    cell: Cell
    data: TaskData
    arms: Sequence[Arm]


class DrawnSplit(NamedTuple):
    """A split of a cell: its spec, its sizes after noise, and the number of test examples."""

    spec: SplitSpec
    shape: TaskInfo
    n_test: int


def make_template(context: CellContext, arm: Arm, split: DrawnSplit) -> Template:
    """One arm in one cell on splits of one size: its spec, the identities of its phases, and what they declare to cost."""
    grid, cell, data, shape = context.grid, context.cell, context.data, split.shape
    method = build(arm.method, arm.params)
    budget = budget_for(grid.encoder.constants, shape.n_train, steps=grid.profile.steps, selection=grid.suite.selection)
    matched = _matched_cost(context, method, shape, budget)
    max_length = max_length_of(grid, None if data.source == "file" else load_task(data.task))
    spec = RunSpec(
        numerics=NUMERICS,
        method=MethodSpec(
            name=arm.method,
            params=method.params(),
            code=code_hash(type(method)),
            matched=None if matched is None else (matched.forward, matched.backward),
        ),
        task=TaskSpec(name=data.task, data=data.hash, n_classes=len(data.label_names), pair=data.pair),
        split=split.spec,
        noise=cell.noise,
        sampler=cell.sampler_for(len(data.label_names)),
        encoder=encoder_spec(grid.encoder, max_length) if method.needs_encoder else None,
        budget=budget if method.needs_encoder else None,
        compute=grid.compute if method.needs_encoder else NO_ENCODER,
    )
    shape = dataclasses.replace(shape, matched=matched)
    phases = method.phases(shape)
    parts = tuple(PlannedPhase(phase.name, phase.cost(shape, budget)) for phase in phases)
    draws = bool(method.streams) or (spec.encoder is not None and spec.encoder.reinit > 0)
    return Template(spec, cell, arm, PhaseChain.of(spec, phases, method.salt), parts, shape, split.n_test, draws)


def max_length_of(grid: Grid, task: TaskConfig | None) -> int:
    """The length cap of a task (None: a user's file): the suite's, else the profile's for it, the profile's, the task's, the encoder's."""
    own = (None, None) if task is None else (grid.profile.task_max_length.get(task.name), task.max_length)
    given = (grid.suite.max_length, own[0], grid.profile.max_length, own[1])
    return next((length for length in given if length is not None), grid.encoder.max_length)


def declared(phases: Sequence[Phase], shape: TaskInfo, budget: Budget) -> Cost:
    """The cost that phases declare, summed."""
    return sum((phase.cost(shape, budget) for phase in phases), Cost())


def _matched_cost(context: CellContext, method: Method, shape: TaskInfo, budget: Budget) -> Cost | None:
    """What the method that this one is matched to declares, with the parameters that it has in this grid."""
    target = method.matched_to()
    if target is None:
        return None
    defaults = defaults_of(context.grid.profile, context.grid.encoder, target)
    params = next((arm.params for arm in context.arms if arm.method == target), defaults)
    return declared(build(target, params).phases(shape), shape, budget)


def encoder_spec(encoder: EncoderConfig, max_length: int) -> EncoderSpec:
    """The encoder by pinned commit and the hashes of the files that are read.

    Raises:
        UserError: a file of the encoder that is missing or not the pinned one, or texts longer than it has positions for.
    """
    folder = locate(encoder)
    files = files_hash(encoder, folder)  # first: it names a file that is missing
    if (limit := most_tokens(encoder, folder)) is not None and max_length > limit:
        raise UserError(
            f"Texts are to be cut to {max_length} tokens; the encoder {encoder.name!r} reads at most {limit}.",
            f"Allowed: 1 to {limit}.",
            "Correct max_length of the suite, the profile or the task.",
        )
    return EncoderSpec(
        name=encoder.name,
        commit=encoder.commit or "",
        weights=weights_hash(encoder, folder),
        files=files,
        reinit=encoder.reinit,
        pooling=encoder.pooling,
        max_length=max_length,
    )
