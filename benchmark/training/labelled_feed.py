"""The feed of labelled training examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmark.contract.feed import Batch, Feed
from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.streams import Streams
from benchmark.training.sampling import batches


@dataclass(frozen=True)
class Labelled(Feed):
    """The labelled training examples under the cell's sampler. One view, `text`."""

    kind: str = field(default="labelled", init=False)

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        assert data.train.labels is not None
        for rows in batches(data.train.labels, batch, sampler, streams):
            chosen = data.train.take(rows)
            yield Batch({"text": chosen.without_labels()}, labels=chosen.labels)

    def size(self, task: TaskInfo) -> int:
        return task.n_train
