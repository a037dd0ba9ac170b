"""What the engine holds of a dataset: examples column by column, a task's splits, and one drawn split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from json.encoder import encode_basestring as quoted
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """Texts with stable ids, with or without labels.

    Args:
        ids: uint64 [n]; from the text itself (`content_ids`), so that row order and other rows do not matter.
        texts: n texts, the first of each pair where the task has pairs.
        second_texts: n second texts, or None where the task has single texts.
        labels: int64 [n] class indices, or None (unlabelled).
    """

    ids: NDArray[np.uint64]
    texts: tuple[str, ...]
    second_texts: tuple[str, ...] | None = None
    labels: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Examples:
        """These rows, in this order."""
        rows = np.asarray(rows, dtype=np.int64)
        return Examples(
            self.ids[rows],
            tuple(self.texts[i] for i in rows),
            None if self.second_texts is None else tuple(self.second_texts[i] for i in rows),
            None if self.labels is None else self.labels[rows],
        )

    def without_labels(self) -> Examples:
        """The same texts, labels gone."""
        return replace(self, labels=None)

    def fingerprint(self) -> str:
        """SHA-256 over ids, texts and labels, in order."""
        digest = hashlib.sha256(np.ascontiguousarray(self.ids).tobytes())
        digest.update(json.dumps([self.texts, self.second_texts], ensure_ascii=False).encode())
        digest.update(b"" if self.labels is None else np.ascontiguousarray(self.labels).tobytes())
        return digest.hexdigest()


def content_ids(texts: Iterable[str], second_texts: Iterable[str] | None = None) -> NDArray[np.uint64]:
    """Ids from content: SHA-256 of the text (pair) and of how many equal ones came before it. uint64 [n]."""
    seen: dict[tuple[str, str | None], int] = {}
    ids = []
    pairs = ((text, None) for text in texts) if second_texts is None else zip(texts, second_texts, strict=True)
    for text, second in pairs:
        repeat = seen[text, second] = seen.get((text, second), -1) + 1
        written = f"[{quoted(text)}, {'null' if second is None else quoted(second)}, {repeat}]"  # JSON; its writer takes ten times as long
        ids.append(int.from_bytes(hashlib.sha256(written.encode()).digest()[:8], "big"))
    return np.array(ids, dtype=np.uint64)


@dataclass(frozen=True)
class TaskData:
    """A task's rows as they came from their source, before any draw.

    Args:
        task: the task's name.
        source: `hub`, `mirror`, `file` or `embedded` (a stand-in).
        label_names: K names, index = class.
        train, test: labelled examples. For GLUE the official validation set is the test set.
        validation: the official development set where it is not the test set, else None.
        partial: split name -> (rows found, rows expected), only for the splits that fall short.
        hash: SHA-256 over all rows and label names: the data's identity in every key.
    """

    task: str
    source: str
    label_names: tuple[str, ...]
    train: Examples
    test: Examples
    validation: Examples | None = None
    partial: dict[str, tuple[int, int]] = field(default_factory=dict)
    hash: str = ""

    @property
    def pair(self) -> bool:
        """Whether an example is a pair of texts."""
        return self.train.second_texts is not None


@dataclass(frozen=True)
class Split:
    """One draw of a task: what trains, what selects, what scores.

    Args:
        train, dev, test: labelled; disjoint, and no text of test is in train.
        unlabelled: texts of the training pool beyond train, without labels (never of dev or test).
        notes: what a reader must know: class shortfalls, removed duplicates, a shortened development set. JSON-able.
        pool_size: rows that a training set may be drawn from: the training rows whose text is not in the test set.
    """

    train: Examples
    dev: Examples
    test: Examples
    unlabelled: Examples
    notes: dict[str, Any] = field(default_factory=dict)
    pool_size: int = 0
