"""Feeds: where the batches of a gradient phase come from. Equal feeds of one phase share a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.streams import Streams


@dataclass(frozen=True)
class Batch:
    """Texts of one step, before tokenisation.

    Args:
        views: name -> examples; all of one length B, row i of each view belongs together (`text`; `left`, `right`; `noised`, `original`).
        labels: int64 [B] class indices, or None.
        targets: float32 [B] (pair similarities), or None.
        rows: int64 [B], the row of each example in the phase's training data, or None where the feed reads other texts.
        weights: float32 [B], the weight of each example in the loss, or None: all 1.
    """

    views: Mapping[str, Examples]
    labels: NDArray[np.int64] | None = None
    targets: NDArray[np.float32] | None = None
    rows: NDArray[np.int64] | None = None
    weights: NDArray[np.float32] | None = None


class Feed(ABC):
    """A source of batches. Subclasses are frozen dataclasses; equality decides what is shared."""

    @abstractmethod
    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """An endless iterator of batches of at most `batch` rows. All draws come from `streams` (`order`, `augment`)."""

    @abstractmethod
    def size(self, task: TaskInfo) -> int:
        """How many rows one pass over it has (expected, where it depends on labels): what an epoch is."""

    def batch(self, batch: int, task: TaskInfo) -> int:
        """The rows of a batch: never more than there are."""
        return max(1, min(batch, self.size(task)))

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """What the record should say of it (pairs found, classes repeated)."""
        return {}
