"""Pairs of training examples with the target same class (1) or not (0), as the released code of the three-phase paper makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark import Batch, Examples, Feed, Streams, TaskInfo, TrainingData, UserError, reshuffled

Rows = NDArray[np.int64]
MANY_CLASSES = 100  # from here on the released code multiplies the pairs no further


@dataclass(frozen=True)
class PairList:
    """One fixed list of pairs: row numbers left and right, int64 [P] each, and the targets, float32 [P].

    Args:
        found: positives and negatives before the cut to equal counts.
    """

    left: Rows
    right: Rows
    targets: NDArray[np.float32]
    found: tuple[int, int]


@dataclass(frozen=True)
class Pairs(Feed):
    """`copies * multiplier(K)` copies of the training set, shuffled twice and joined row by row; positives and negatives are then cut
    to equal counts. One list for the whole phase, reshuffled every pass.

    Views: `left` and `right`; targets 1 (same class) or 0. Every pair has two examples of the training set: texts drawn for
    denoising are never among them. Where there are no positives or no negatives (one example a class, say), all pairs
    of the other sort are used and the notes say `one_sided`.

    Args:
        copies: the multiplier. The paper's table 5 lists its values as "epochs CL"; the released code runs one pass.
        unique: keep each unordered pair once and leave out pairs of an example with itself, as the paper's text says. The
            released code enforces neither: there an example may meet itself (under other dropout masks) as a positive.
    """

    copies: int = 12
    unique: bool = False

    def __post_init__(self) -> None:
        if self.copies < 1:
            raise UserError(f"{self.copies} copies were given.", "Allowed: 1 or more.", "The paper uses 2 to 12.")

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches. The sampler does not apply: pair building is the method's own."""
        pairs = self.listed(data.train, streams)
        texts = data.train.without_labels()
        for rows in reshuffled(len(pairs.targets), batch, streams):
            views = {"left": texts.take(pairs.left[rows]), "right": texts.take(pairs.right[rows])}
            yield Batch(views, targets=pairs.targets[rows])

    def size(self, task: TaskInfo) -> int:
        """Expected pairs for K equal classes: of M = copies * multiplier(K) * n joined rows M / K are positive, and as many
        negatives stay. Known from sizes alone, so that the declared number of steps is exact; augmentation, unequal classes
        and uniqueness change what a step draws from, not how many steps there are."""
        joined = self.copies * multiplier(task.n_classes) * task.n_train
        return max(1, round(2 * joined / max(2, task.n_classes)))

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """How many pairs were found, how many are used, and how many join an example with itself."""
        pairs = self.listed(data.train, streams)
        positives, negatives = pairs.found
        used = int(pairs.targets.sum())
        ids = data.train.ids
        return {
            "positives_found": positives,
            "negatives_found": negatives,
            "positives": used,
            "negatives": len(pairs.targets) - used,
            "self_pairs": int((ids[pairs.left] == ids[pairs.right]).sum()),
            "one_sided": not (positives and negatives),
        }

    def listed(self, train: Examples, streams: Streams) -> PairList:
        """The list of this run, drawn from the stream `augment`."""
        assert train.labels is not None
        copies = self.copies * multiplier(len(np.unique(train.labels)))
        rows = np.tile(np.arange(len(train), dtype=np.int64), copies)
        left = streams.numpy("augment", "pairs", "left").permutation(rows)
        right = streams.numpy("augment", "pairs", "right").permutation(rows)
        if self.unique:
            left, right = _unique(left, right, train.ids)
        return _balanced(left, right, train.labels)


@dataclass(frozen=True)
class PermutedPairs(Pairs):
    """`Pairs` whose targets are permuted once (stream `augment`): the same pairs, half of them towards 1 and half towards 0, whatever their
    classes."""

    def listed(self, train: Examples, streams: Streams) -> PairList:
        """The list of this run with its targets permuted."""
        pairs = super().listed(train, streams)
        return replace(pairs, targets=streams.numpy("augment", "pairs", "targets").permutation(pairs.targets))


def multiplier(classes: int) -> int:
    """floor(log2 K) below 100 classes, at least 1; 1 from 100 on. As `combinations` of the authors' src/pretraining_tools.py."""
    return max(1, classes.bit_length() - 1) if classes < MANY_CLASSES else 1


def _unique(left: Rows, right: Rows, ids: NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """Each unordered pair of different examples once, in order of first appearance. Repeated examples share their id."""
    ends = np.stack([ids[left], ids[right]])
    _, first = np.unique(np.sort(ends, axis=0), axis=1, return_index=True)
    rows = np.sort(first)
    rows = rows[ends[0, rows] != ends[1, rows]]
    return left[rows], right[rows]


def _balanced(left: Rows, right: Rows, labels: NDArray[np.int64]) -> PairList:
    """The first positives and negatives, in equal numbers (or all pairs, where only one of the two exists)."""
    same = labels[left] == labels[right]
    positive, negative = np.flatnonzero(same), np.flatnonzero(~same)
    found = (len(positive), len(negative))
    if not sum(found):
        raise UserError("No pair can be made of the training examples.", "Allowed: two different examples or more.", "Use more shots.")
    cut = min(found) or max(found)
    rows = np.concatenate([positive[:cut], negative[:cut]])
    return PairList(left[rows], right[rows], same[rows].astype(np.float32), found)
