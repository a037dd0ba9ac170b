"""One small training run in memory, with what it drew, moved and passed: for the conformance suite and the tests of methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from benchmark.config.toml_files import load_encoder
from benchmark.contract.encoder_variant import SECOND_ENCODER
from benchmark.contract.method import Method
from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.predictor import Scores
from benchmark.contract.state import State
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, Split
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.gradient_phase import GradientPhase

ENCODER = "random-tiny"
SHOTS = (8, 8)  # training examples of each class
BUDGET = Budget(steps=4, batch=8, lr_encoder=1e-3, lr_head=1e-2)


@dataclass
class TinyRun:
    """What one run did.

    Args:
        scores: float32 [n_test, K].
        drawn: the random streams that were drawn from.
        unmoved: modules that a phase built, or a backbone that it trains, whose tensors it left as they were.
        declared, counted: example passes, as declared by the phases and as counted.
        miscounted: one message for each phase whose declared and counted passes differ.
    """

    scores: Scores = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    drawn: frozenset[str] = frozenset()
    alarms: list[str] = field(default_factory=list)
    unmoved: list[str] = field(default_factory=list)
    declared: Cost = field(default_factory=Cost)
    counted: Cost = field(default_factory=Cost)
    miscounted: list[str] = field(default_factory=list)
    phases: list[PhaseRun] = field(default_factory=list)

    def same(self, other: TinyRun) -> bool:
        """Whether both predict the same, bit for bit."""
        return self.scores.tobytes() == other.scores.tobytes()


def tiny_run(method: Method, split: Split, *, batch: int | None = None, seed: int = 0, sampler: str = "natural") -> TinyRun:
    """Train and score on the tiny encoder."""
    budget = BUDGET if batch is None else BUDGET.model_copy(update={"batch": batch})
    task = small_task(split)
    streams = Streams(seed, seed, method.salt)
    state = State(kept_encoder(load_encoder(ENCODER), "cpu", "fp32").fresh(method.backbone) if method.needs_encoder else None)  # type: ignore[arg-type]
    data = TrainingData(split.train, split.dev, split.unlabelled)
    run = TinyRun()
    for phase in method.phases(task):
        _run_phase(phase, state, data, Context(task, budget, sampler, streams.at(phase.name), PhaseRun(phase.name, "")), run)
    assert state.predictor is not None, "the last phase left no predictor"
    run.scores = state.predictor(split.test.without_labels())
    run.drawn = frozenset(streams.drawn)
    return run


def _run_phase(phase: Phase, state: State, data: TrainingData, context: Context, run: TinyRun) -> None:
    """Train one phase and add what it did to the run."""
    data = phase.data(data, context.streams)
    phase.build(state, context.task, context.streams)
    before = _copied(state)
    phase.fit(state, data, context)
    passes = context.passes
    assert isinstance(passes, PhaseRun)
    passes.log, passes.alarms = context.log, context.alarms
    declared, counted = phase.cost(context.task, context.budget), Cost(passes.forward, passes.backward)
    run.phases.append(passes)
    run.alarms += context.alarms
    run.declared += declared
    run.counted += counted
    if declared != counted:
        run.miscounted.append(_miscounted(phase, context, declared, counted))
    run.unmoved += [f"{name} in phase {phase.name}" for name in _trained(phase, state) if _unchanged(name, before, state)]


def _miscounted(phase: Phase, context: Context, declared: Cost, counted: Cost) -> str:
    """Which phase costs something other than it declares, and what its objective's `cost()` is to return."""
    found = f"phase {phase.name}: declared {declared.forward} forward and {declared.backward} backward passes, "
    found += f"counted {counted.forward} and {counted.backward}"
    if not isinstance(phase, GradientPhase) or len(phase.parts) != 1:
        return found
    plan, part = phase.plan(context.task, context.budget), phase.parts[0]
    rows = plan.steps * part.feed.batch(plan.batch, context.task)
    per_row = (counted.forward / rows, counted.backward / rows)
    return f"{found}; {type(part.objective).__name__}.cost() is to return ({per_row[0]:g}, {per_row[1]:g}), the passes of one example"


def _trained(phase: Phase, state: State) -> list[str]:
    """What a phase should move: the modules that it built, and the backbone where it says that it trains it."""
    frozen = getattr(phase, "freeze_encoder", None)
    built = [f"modules.{n}" for n, owner in state.owners.items() if owner == phase.name and not (frozen and n == SECOND_ENCODER)]
    return built + (["backbone"] if frozen is False else [])


def _copied(state: State) -> dict[str, Tensor]:
    return {} if state.backbone is None else {name: tensor.clone() for name, tensor in state.tensors().items()}


def _unchanged(module: str, before: Mapping[str, Tensor], state: State) -> bool:
    after = {name: tensor for name, tensor in state.tensors().items() if name.startswith(f"{module}.")}
    return bool(after) and all(torch.equal(before[name], tensor) for name, tensor in after.items())


def small_split() -> Split:
    """A few embedded sentences: 8 training examples of each of two classes, 8 of each to test, and 12 unlabelled."""
    from benchmark.data.synthetic import embedded_data

    data = embedded_data("sst2")
    rows = _per_class(data.train, 16)
    train, rest = rows[:8] + rows[16:24], rows[8:16] + rows[24:32]
    test = _per_class(data.test, 8)
    others = [row for row in range(60) if row not in set(rows)][:12]
    return Split(data.train.take(train), data.train.take(rest), data.test.take(test), data.train.take(others).without_labels())


def one_class_batches(split: Split) -> Split:
    """The same, with all but one training example of the second class gone: most batches of two hold one class."""
    keep = range(SHOTS[0] + 1)
    return Split(split.train.take(list(keep)), split.dev, split.test, split.unlabelled)


def small_task(split: Split | None = None) -> TaskInfo:
    """The names and sizes of `small_split`; for a matched method the cost of a short run."""
    split = split or small_split()
    return TaskInfo("sst2", ("negative", "positive"), False, len(split.train), len(split.dev), len(split.unlabelled), Cost(96, 96))


def _per_class(examples: Examples, count: int) -> list[int]:
    assert examples.labels is not None
    return [int(row) for label in (0, 1) for row in np.flatnonzero(examples.labels == label)[:count]]
