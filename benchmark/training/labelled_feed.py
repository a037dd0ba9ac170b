"""The feed of labelled training examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.contract.feed import Batch, Feed
from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.streams import Streams
from benchmark.training.sampling import batches


class Weighting(Protocol):
    """How much each training example counts in the loss. A frozen dataclass."""

    def weights(self, train: Examples, streams: Streams) -> NDArray[np.float32]:
        """float32 [n], one for each training example. Draws come from the stream `augment`."""


@dataclass(frozen=True)
class Labelled(Feed):
    """The labelled training examples under the cell's sampler. One view, `text`.

    Args:
        weighting: weights of the examples; cross-entropy multiplies with them, other objectives read `step.weights`. None: all 1.
    """

    weighting: Weighting | None = None
    kind: str = field(default="labelled", init=False)

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        assert data.train.labels is not None
        weights = None if self.weighting is None else self.weighting.weights(data.train, streams)
        for rows in batches(data.train.labels, batch, sampler, streams):
            chosen = data.train.take(rows)
            drawn = None if weights is None else weights[rows].astype(np.float32)
            yield Batch({"text": chosen.without_labels()}, labels=chosen.labels, rows=rows, weights=drawn)

    def size(self, task: TaskInfo) -> int:
        return task.n_train
