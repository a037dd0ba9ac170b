"""A method for fault injection: two short phases, no encoder. Both arms share the first phase; random numbers and texts decide the rest."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmark.contract.method import Method
from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples
from benchmark.plugins.registry import methods

PAUSE = "FAULTS_PAUSE"  # environment variable: seconds per phase, so that a kill meets work
DIARY = "FAULTS_DIARY"  # environment variable: a file that gets a line for every run that comes to its second phase


def rest() -> None:
    """Be at work for a while."""
    time.sleep(float(os.environ.get(PAUSE, "0.03")))


def vectors(examples: Examples, width: int) -> Any:
    """Hashed word counts, float32 [n, width]."""
    rows = np.zeros((len(examples), width), dtype=np.float32)
    for row, text in zip(rows, examples.texts, strict=True):
        for word in text.split():
            row[zlib.crc32(word.encode()) % width] += 1
    return rows


@dataclass(frozen=True)
class Read(Phase):
    """Takes its time."""

    name: ClassVar[str] = "read"
    random_streams: ClassVar[frozenset[str]] = frozenset({"order"})

    def fit(self, state: Any, data: TrainingData, context: Context) -> None:
        context.log["first"] = int(context.streams.numpy("order").integers(1000))
        rest()

    def cost(self, task: TaskInfo, budget: Any) -> Cost:
        return Cost(task.n_train)


@dataclass(frozen=True)
class Fit(Phase):
    """Random features, then the means of the classes."""

    width: int = 16
    name: ClassVar[str] = "fit"
    random_streams: ClassVar[frozenset[str]] = frozenset({"init"})

    def fit(self, state: Any, data: TrainingData, context: Context) -> None:
        if diary := os.environ.get(DIARY):
            with Path(diary).open("a") as opened:
                opened.write(f"{os.getpid()}\n")
        random = context.streams.numpy("init").normal(size=(self.width, 8)).astype(np.float32)
        train, labels = vectors(data.train, self.width) @ random, data.train.labels
        assert labels is not None
        means = np.stack([train[labels == label].mean(0) for label in range(context.task.n_classes)])
        rest()
        width = self.width
        state.predictor = lambda examples: -np.square((vectors(examples, width) @ random)[:, None] - means).sum(-1)

    def cost(self, task: TaskInfo, budget: Any) -> Cost:
        return Cost(2 * task.n_train, task.n_train)


@methods.register("slow-words")
@dataclass(frozen=True)
class SlowWords(Method):
    """Random word features."""

    needs_encoder: ClassVar[bool] = False
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order"})
    width: int = 16

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        return [Read(), Fit(self.width)]
