"""The pair feed of SetFit: as many same-class as different-class pairs, drawn once for the whole phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark import Batch, Examples, Feed, Streams, TaskInfo, TrainingData, UserError


@dataclass(frozen=True)
class SampledPairs(Feed):
    """`iterations * n` same-class and as many different-class pairs of the n training examples, in turns.

    All unordered pairs, an example with itself included (it meets itself under another dropout mask), are shuffled once. Each
    of the two lists is repeated from its start until it is long enough. Where one of them is empty (a single class, say), the
    other one fills its share and the notes say `one_sided`. Views: `left` and `right`; targets 1 (same class) or 0.

    Args:
        iterations: R, pairs of each type per training example.
    """

    iterations: int = 20
    kind: str = field(default="sampled-pairs", init=False)

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise UserError(f"{self.iterations} iterations were given.", "Allowed: 1 or more.", "The paper uses 20.")

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches over the list. The cell's sampler does not apply: building pairs is part of the method."""
        left, right, same = self.listed(data.train, streams)
        texts = data.train.without_labels()
        for step in count():
            rows = np.arange(step * batch, (step + 1) * batch) % len(same)
            views = {"left": texts.take(left[rows]), "right": texts.take(right[rows])}
            yield Batch(views, targets=same[rows].astype(np.float32))

    def size(self, task: TaskInfo) -> int:
        """2 R n pairs."""
        return 2 * self.iterations * task.n_train

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """How many pairs have each target, how many different ones there are, and how many join an example with itself."""
        left, right, same = self.listed(data.train, streams)
        distinct = np.unique(np.stack([left, right]), axis=1).shape[1]
        positives = int(same.sum())
        return {
            "positives": positives,
            "negatives": len(same) - positives,
            "distinct_pairs": distinct,
            "self_pairs": int((left == right).sum()),
            "one_sided": positives in (0, len(same)),
        }

    def listed(self, train: Examples, streams: Streams) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """The pairs of this run: row numbers left and right int64 [P], and whether their classes are equal bool [P]."""
        assert train.labels is not None
        first, second = np.triu_indices(len(train))
        order = streams.numpy("augment", "sampled-pairs").permutation(len(first))
        first, second = first[order], second[order]
        same = train.labels[first] == train.labels[second]
        share = self.iterations * len(train)
        found = [part if len(part) else np.arange(len(first)) for part in (np.flatnonzero(same), np.flatnonzero(~same))]
        chosen = np.stack([np.resize(part, share) for part in found], axis=1).ravel()
        return first[chosen], second[chosen], same[chosen]
