"""Recipe: a feed of one's own. Short texts come first; the pool of texts grows to the whole training set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark import Batch, CrossEntropy, Feed, FineTune, Method, Phase, Streams, TaskInfo, TrainingData, bounded, methods


@dataclass(frozen=True)
class ShortTextsFirst(Feed):
    """Labelled training examples drawn from the shortest ones; after `growth` batches from all. One view, `text`.

    Equal feeds of one phase share their batches, so a feed is a frozen dataclass of what defines it.
    """

    growth: int

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches. All draws come from the stream `order`; the cell's sampler does not apply to an order of one's own."""
        train = data.train
        assert train.labels is not None
        by_length = np.argsort([len(text) for text in train.texts], kind="stable")
        step = 0
        while True:
            share = min(1.0, (step + 1) / self.growth)
            pool = by_length[: max(batch, round(share * len(train)))]
            rows = streams.numpy("order", "short-first", step).choice(pool, batch, replace=False)
            chosen = train.take(rows)
            yield Batch({"text": chosen.without_labels()}, labels=chosen.labels, rows=rows)
            step += 1

    def size(self, task: TaskInfo) -> int:
        """What one epoch is: all training examples."""
        return task.n_train


@methods.register("recipe-short-first")
@dataclass(frozen=True)
class ShortTextsFirstFineTuning(Method):
    """Fine-tuning that meets short texts first.

    Args:
        growth: batches until all texts may be drawn.
    """

    family = "rival"
    growth: int = bounded(20, low=1)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase over the feed."""
        return [FineTune(CrossEntropy(), feed=ShortTextsFirst(self.growth))]
