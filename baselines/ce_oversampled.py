"""Fine-tuning on classes repeated to equal size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark import CrossEntropy, Examples, Family, FineTune, Method, Phase, Streams, TaskInfo, TrainingData, methods


@dataclass(frozen=True)
class Oversample:
    """A change of a phase's training set: every class as often as the largest one."""

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The data with a longer training set; development and unlabelled texts stay. Draws from the stream `augment`."""
        return replace(data, train=oversampled(data.train, streams))


@methods.register("ce-oversampled")
@dataclass(frozen=True)
class OversampledFineTuning(Method):
    """Fine-tuning with the examples of smaller classes repeated until all classes are as large as the largest."""

    family: ClassVar[Family] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase on the longer training set."""
        return [FineTune(CrossEntropy(), augment=Oversample())]


def oversampled(train: Examples, streams: Streams) -> Examples:
    """Every class repeated to the size of the largest: whole copies, then randomly drawn rows for the remainder (stream `augment`).

    The original rows come first and in their order; copies follow by class.
    """
    assert train.labels is not None
    largest = int(np.bincount(train.labels).max())
    priority = streams.uniforms("augment", train.ids, "oversample")
    copies = [_copies(np.flatnonzero(train.labels == label), priority, largest) for label in np.unique(train.labels)]
    return train.take(np.concatenate([np.arange(len(train)), *copies]))


def _copies(rows: NDArray[np.int64], priority: NDArray[np.float64], largest: int) -> NDArray[np.int64]:
    """The rows to add to one class: whole repeats, and for the remainder the rows of lowest priority number."""
    whole, rest = divmod(largest, len(rows))
    return np.concatenate([np.tile(rows, whole - 1), np.sort(rows[np.argsort(priority[rows], kind="stable")[:rest]])])
