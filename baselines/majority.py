"""The most frequent class: the lowest score that a classifier should have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from benchmark import Budget, Context, Cost, Examples, Family, Method, Phase, Scores, State, TaskInfo, TrainingData, methods

ABSENT = 1e-6  # examples that a class without any counts as, so that its score stays finite


@dataclass(frozen=True)
class ClassShares:
    """Predicts the same scores for every text: log of each class's share of the training labels, [K]."""

    log_shares: tuple[float, ...]

    def __call__(self, examples: Examples) -> Scores:
        """float32 [n, K], all rows equal."""
        return np.tile(np.array(self.log_shares, dtype=np.float32), (len(examples), 1))


@dataclass(frozen=True)
class CountClasses(Phase):
    """Counts the training labels. Reads no text."""

    name: ClassVar[str] = "count-classes"
    inputs: ClassVar[frozenset[str]] = frozenset({"labels"})
    random_streams: ClassVar[frozenset[str]] = frozenset()

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Count the labels and set the predictor."""
        assert data.train.labels is not None
        counts = np.maximum(np.bincount(data.train.labels, minlength=context.task.n_classes), ABSENT)
        state.predictor = ClassShares(tuple(np.log(counts / counts.sum()).tolist()))

    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """No pass through an encoder."""
        return Cost()


@methods.register("majority")
@dataclass(frozen=True)
class Majority(Method):
    """Always the most frequent training class (the first of them where several tie), with the class shares as probabilities."""

    needs_encoder: ClassVar[bool] = False
    family: ClassVar[Family] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset()

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One phase that counts labels."""
        return [CountClasses()]
