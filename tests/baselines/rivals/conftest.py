"""Steps over a tiny encoder with random weights, and numerical slopes for oracles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.config.toml_files import load_encoder
from benchmark.contract.feed import Batch
from benchmark.contract.objective import Objective
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from benchmark.training.fine_tune import linear_head
from benchmark.training.loop import make_step as step_of

BUDGET = Budget(steps=6, batch=8, lr_encoder=1e-3, lr_head=1e-2)
STREAMS = Streams(split_seed=0, seed=0).at("fine-tune")
MakeStep = Callable[..., Step]


class Tally:
    """A pass counter."""

    forward = backward = 0


def reviews(labels: Sequence[int], start: int = 0) -> Examples:
    """One short text per label, of another length each; equal starts give equal texts."""
    words = ("grim", "fine", "long", "blue")
    lines = tuple(f"a {words[label]} film number {i}" + " again" * (i % 3) for i, label in enumerate(labels, start))
    return Examples(content_ids(lines), lines, labels=np.array(labels, dtype=np.int64))


@pytest.fixture
def task() -> TaskInfo:
    return TaskInfo("toy", ("bad", "good", "long"), pair=False, n_train=12, n_dev=6, n_unlabelled=0)


@pytest.fixture
def context(task: TaskInfo) -> Context:
    return Context(task, BUDGET, "natural", STREAMS, Tally())


@pytest.fixture
def state(task: TaskInfo) -> State:
    """The random encoder of the conformance suite with a linear head of three classes, in training mode."""
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    state.add("head", lambda: linear_head(state.backbone.hidden, task.n_classes), STREAMS)
    state.backbone.train()
    return state


@pytest.fixture
def data() -> TrainingData:
    """Twelve training examples of three classes and six development examples."""
    train, dev = reviews([0, 1, 2] * 4), reviews([2, 1, 0] * 2, start=50)
    return TrainingData(train, dev, train.take([]).without_labels())


@pytest.fixture
def make_step(state: State, context: Context) -> MakeStep:
    """`make_step(labels, objective=None, index=0, fixed_masks=False, rows=None)`: a step over one text per label, all of them the training
    data, or over the given rows of those; builds what the objective declares. The steps of one test share the phase's memory."""
    memory: dict[str, Any] = {}

    def make(
        labels: Sequence[int],
        objective: Objective | None = None,
        *,
        index: int = 0,
        fixed_masks: bool = False,
        rows: Sequence[int] | None = None,
    ) -> Step:
        declared = {} if objective is None else objective.modules(state.backbone.hidden, state.backbone.model, context.task)
        for name, factory in declared.items():
            state.add(name, factory, STREAMS)
        train = reviews(labels)
        chosen = list(range(len(train)) if rows is None else rows)
        seen = train.take(chosen)
        batch = Batch({"text": seen.without_labels()}, labels=seen.labels, rows=np.array(chosen, dtype=np.int64))
        scope = PhaseScope(STREAMS, context.task.n_classes, train, context.passes, memory=memory)
        return step_of(index, state, batch, scope, fixed_masks=fixed_masks)

    return make


Function = Callable[[list[list[float]]], float]


@pytest.fixture
def slopes() -> Callable[[Function, torch.Tensor], torch.Tensor]:
    """`slopes(function, matrix)`: central differences of a function of all coordinates of a float64 matrix."""

    def compute(function: Function, matrix: torch.Tensor, width: float = 1e-6) -> torch.Tensor:
        rows = matrix.tolist()
        result = torch.zeros_like(matrix)
        for i, row in enumerate(rows):
            for k, value in enumerate(row):
                row[k] = value + width
                above = function(rows)
                row[k] = value - width
                below = function(rows)
                row[k] = value
                result[i, k] = (above - below) / (2 * width)
        return result

    return compute
