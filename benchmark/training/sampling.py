"""Sampling: which training rows make a batch. The sampler is the same for every arm of a cell, cross-entropy included."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmark.config.shorthand import parse_pk
from benchmark.streams import Streams

Rows = NDArray[np.int64]


def batches(labels: NDArray[np.int64], batch: int, sampler: str, streams: Streams) -> Iterator[Rows]:
    """An endless stream of batches of row numbers.

    Args:
        labels: int64 [n].
        batch: rows of a batch under `natural`; `pk:P,K` brings its own size.
        sampler: `natural` or `pk:P,K`.
    """
    if sampler == "natural":
        return reshuffled(len(labels), min(batch, len(labels)), streams)
    classes, each = parse_pk(sampler)
    return balanced(labels, classes, each, streams)


def reshuffled(n: int, batch: int, streams: Streams) -> Iterator[Rows]:
    """A continuous stream of permutations, cut into batches: no short last batch, and no row twice in one batch of at most n rows.

    Where a batch reaches over the end of a pass, rows of the new pass that it already holds wait for the next batch.
    """
    waiting = np.empty(0, dtype=np.int64)
    epoch = 0
    while True:
        chosen = waiting[:batch]
        waiting = waiting[batch:]
        while len(chosen) < batch:
            fresh = streams.numpy("order", epoch).permutation(n)
            epoch += 1
            free = np.flatnonzero(~np.isin(fresh, chosen)) if batch <= n else np.arange(n)
            taken = free[: batch - len(chosen)]
            chosen = np.concatenate([chosen, fresh[taken]])
            waiting = np.concatenate([waiting, np.delete(fresh, taken)])
        yield chosen


def balanced(labels: NDArray[np.int64], classes: int, each: int, streams: Streams) -> Iterator[Rows]:
    """`classes` classes with `each` rows of each. A class with fewer rows repeats them (its rows are then equal positives)."""
    present = np.unique(labels)
    per_class = {int(c): _cycle(np.flatnonzero(labels == c), streams, int(c)) for c in present}
    turn = reshuffled(len(present), min(classes, len(present)), streams)
    for chosen in turn:
        yield np.array([next(per_class[int(present[c])]) for c in chosen for _ in range(each)], dtype=np.int64)


def _cycle(rows: Rows, streams: Streams, label: int) -> Iterator[int]:
    epoch = 0
    while True:
        yield from (int(row) for row in streams.numpy("order", "class", label, epoch).permutation(rows))
        epoch += 1
