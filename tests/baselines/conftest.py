"""Small data sets, and a way to fit a method that needs no encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmark.contract.method import Method
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.predictor import Predictor
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.records.spec import Budget
from benchmark.streams import Streams

BUDGET = Budget(steps=1, batch=1, lr_encoder=1, lr_head=1)


class NoEncoder:
    """A state in which only the predictor may be touched."""

    predictor: Predictor | None = None


class Tally:
    forward = backward = 0


def single(*rows: tuple[str, int]) -> Examples:
    lines = tuple(text for text, _ in rows)
    return Examples(content_ids(lines), lines, labels=np.array([label for _, label in rows], dtype=np.int64))


def fitted(method: Method, train: Examples, classes: int = 2) -> Predictor:
    task = TaskInfo("toy", tuple("abcdef"[:classes]), train.second_texts is not None, len(train), 0, 0)
    state: Any = NoEncoder()
    streams = Streams(0, 0)
    (phase,) = method.phases(task)
    phase.fit(
        state, TrainingData(train, train.take([]), train.take([]).without_labels()), Context(task, BUDGET, "natural", streams, Tally())
    )
    assert not streams.drawn
    assert phase.cost(task, BUDGET) == Cost(0, 0)
    assert state.predictor is not None
    return state.predictor


@pytest.fixture(name="single")
def make_single() -> Callable[..., Examples]:
    """`single(("a text", label), ...)`: labelled texts."""
    return single


@pytest.fixture(name="fitted")
def fit() -> Callable[..., Predictor]:
    """`fitted(method, train, classes=2)`: the predictor of a method that needs no encoder and draws nothing."""
    return fitted


@pytest.fixture
def train() -> Examples:
    """Five short reviews of two classes."""
    return single(("a fine film", 1), ("a fine story", 1), ("a dull film", 0), ("so very dull", 0), ("dull and grim", 0))
