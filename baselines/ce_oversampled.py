"""Fine-tuning on classes repeated to equal size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from benchmark import CrossEntropy, Examples, FineTune, Method, Phase, Streams, TaskInfo, TrainingData, methods


@dataclass(frozen=True)
class Oversample:
    """A change of a phase's training set: every class as often as the largest one."""

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The same data with a longer training set; draws from the stream `augment`."""
        return replace(data, train=oversampled(data.train, streams))


@methods.register("ce-oversampled")
@dataclass(frozen=True)
class OversampledFineTuning(Method):
    """Fine-tuning with the examples of smaller classes repeated until all classes are as large as the largest."""

    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase on the longer training set."""
        return [FineTune(CrossEntropy(), augment=Oversample())]


def oversampled(train: Examples, streams: Streams) -> Examples:
    """Each class whole as often as it fits into the largest, then a drawn part of it for the rest (stream `augment`).

    The original rows come first and in their order; copies follow by class.
    """
    assert train.labels is not None
    largest = int(np.bincount(train.labels).max())
    luck = streams.uniforms("augment", train.ids, "oversample")
    copies = [_copies(np.flatnonzero(train.labels == label), luck, largest) for label in np.unique(train.labels)]
    return train.take(np.concatenate([np.arange(len(train)), *copies]))


def _copies(rows: NDArray[np.int64], luck: NDArray[np.float64], largest: int) -> NDArray[np.int64]:
    """The rows to add to one class: whole repeats, and those with the smallest numbers for the remainder."""
    whole, rest = divmod(largest, len(rows))
    return np.concatenate([np.tile(rows, whole - 1), np.sort(rows[np.argsort(luck[rows], kind="stable")[:rest]])])
