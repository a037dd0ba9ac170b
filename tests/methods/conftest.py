"""A tiny encoder with random weights, steps over it, and a way to run a method's phases without the rest of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmark.contract.feed import Batch
from benchmark.contract.method import Method
from benchmark.contract.objective import Objective
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.backbone import Backbone
from benchmark.models.tokenizer import HashVocabulary, Tokenizer
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from benchmark.training.fine_tune import linear_head

GOOD, BAD = ("fine", "lovely", "bright", "warm"), ("grim", "dull", "bleak", "sour")
HIDDEN, WORDS = 16, 97
BUDGET = Budget(steps=12, batch=8, lr_encoder=1e-3, lr_head=1e-2)
STREAMS = Streams(split_seed=0, seed=0)


class Tally:
    """A pass counter."""

    def __init__(self) -> None:
        self.forward = self.backward = 0


def reviews(n: int, start: int = 0, labels: Sequence[int] | None = None) -> Examples:
    """n short texts in two classes, taking turns unless `labels` says otherwise."""
    classes = [(start + i) % 2 for i in range(n)] if labels is None else list(labels)
    words = [(BAD, GOOD)[label] for label in classes]
    lines = tuple(f"a {w[(start + i) % 4]} film number {start + i}" for i, w in enumerate(words))
    return Examples(content_ids(lines), lines, labels=np.array(classes, dtype=np.int64))


@pytest.fixture
def task() -> TaskInfo:
    return TaskInfo("toy", ("bad", "good"), pair=False, n_train=16, n_dev=8, n_unlabelled=0)


@pytest.fixture
def state(task: TaskInfo) -> State:
    """A two-layer BERT of width 16 with a linear head, in training mode."""
    torch.manual_seed(0)
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 32}
    model = BertModel(BertConfig(vocab_size=WORDS, hidden_size=HIDDEN, pad_token_id=0, **sizes), add_pooling_layer=False)
    state = State(Backbone(model, Tokenizer(HashVocabulary(WORDS, 32), segments=True), "mean"))
    state.add("head", lambda: linear_head(HIDDEN, task.n_classes), STREAMS.at("fine-tune"))
    state.backbone.train()
    return state


MakeStep = Callable[..., Step]


@pytest.fixture
def make_step(state: State, task: TaskInfo) -> MakeStep:
    """`make_step(labels, objective=None, fixed_masks=False)`: a step over one text per label; builds what the objective declares."""

    def make(labels: Sequence[int], objective: Objective | None = None, *, fixed_masks: bool = False, passes: Tally | None = None) -> Step:
        declared = {} if objective is None else objective.modules(HIDDEN, state.backbone.model, task)
        for name, factory in declared.items():
            state.add(name, factory, STREAMS.at("fine-tune"))
        batch = reviews(len(labels), labels=labels)
        drawn = Batch({"text": batch.without_labels()}, labels=batch.labels, rows=np.arange(len(batch)))
        return Step(0, state, drawn, PhaseScope(STREAMS.at("fine-tune"), task.n_classes, batch, passes), fixed_masks=fixed_masks)

    return make


@pytest.fixture
def run_method(state: State, task: TaskInfo) -> Callable[..., tuple[State, dict[str, Context]]]:
    """Runs a method's phases in order on 16 texts; gives the final state and each phase's context by name."""

    def run(method: Method, steps: int = BUDGET.steps) -> tuple[State, dict[str, Context]]:
        budget = BUDGET.model_copy(update={"steps": steps})
        data = TrainingData(reviews(16), reviews(8, start=16), reviews(4, start=24).without_labels())
        contexts = {}
        for phase in method.phases(task):
            streams = STREAMS.at(phase.name)
            contexts[phase.name] = Context(task, budget, "natural", streams, Tally())
            changed = phase.data(data, streams)
            phase.build(state, task, streams)
            phase.fit(state, changed, contexts[phase.name])
            passes = contexts[phase.name].passes
            assert phase.cost(task, budget) == Cost(passes.forward, passes.backward), f"{phase.name} declares another cost than it has"
        return state, contexts

    return run


@pytest.fixture
def unseen() -> Examples:
    """Ten texts that trained nothing, with their labels."""
    return reviews(10, start=40)
