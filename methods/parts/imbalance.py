"""Repeating small classes before pairs are made (Lopez-Avila and Suarez-Paniagua 2023, section on imbalance and eq. 5a).

For a class of x examples, the largest having max_k, f(x) = log(max_k / x) * max_ratio / log(max_k). How f becomes a number of
repeats is where the paper's equation, its text and the released code differ: three rules. Importing this module needs no torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark import Examples, Streams, TrainingData, UserError
from methods.parts.stop_words import STOP_WORDS

RULES = ("code", "eq5a", "text", "off")


def repeats(counts: Sequence[int], min_ratio: float = 1.5, max_ratio: float = 4.0, rule: str = "code") -> list[int]:
    """How many times each class stands in the augmented training set; 1 is unchanged. Classes without examples stay at 1.

    `code`: round(f) where f >= min_ratio, else 1. Under it a class is repeated only if x <= max_k ** (1 - min_ratio / max_ratio).
    `eq5a`: the ratio as printed, min(min_ratio, f), rounded: min_ratio then caps every class. Never below 1: no class is dropped.
    `text`: min_ratio as the lower bound that the text calls it, max(min_ratio, f), rounded, for every class but the largest ones
    (f = 0: they have nothing to catch up). A class one example short of the largest is then doubled.
    `off`: 1 for all.

    Rounding is Python's (halves to even), as in the released code.
    """
    if rule not in RULES:
        raise UserError(f"The imbalance rule {rule!r} was given.", f"Allowed: {', '.join(RULES)}.", "The default is code.")
    largest = max(counts, default=0)
    return [_repeats(_f(count, largest, max_ratio), min_ratio, rule) for count in counts]


def _f(count: int, largest: int, max_ratio: float) -> float:
    """f(x), 0 for the largest class, for one without examples, and where the largest has a single example."""
    return 0.0 if count < 1 or largest < 2 else math.log(largest / count) * max_ratio / math.log(largest)


def _repeats(f: float, min_ratio: float, rule: str) -> int:
    if rule == "off" or f == 0:
        return 1
    if rule == "code":
        return max(1, round(f)) if f >= min_ratio else 1
    return max(1, round(min(min_ratio, f) if rule == "eq5a" else max(min_ratio, f)))


@dataclass(frozen=True)
class Repeat:
    """The augmentation: repeats the examples of small classes, behind the others and in their order. Copies keep their ids.

    Args:
        min_ratio, max_ratio, rule: see `repeats`.
        copy_noise: `off`: plain repeats, as the released code does for short text and MiniLM. `stop-words`: each stop word of a
            copy is deleted with probability one half (a list of our own; the paper's is not in its repository), where
            the text has `long` words or more. The released code also lower-cases; encoders that keep case are left alone here.
        long: words from which a text is long enough (the paper gives no number).
    """

    min_ratio: float = 1.5
    max_ratio: float = 4.0
    rule: str = "code"
    copy_noise: str = "off"
    long: int = 20

    def __post_init__(self) -> None:
        if self.copy_noise not in ("off", "stop-words"):
            raise UserError(f"The copy noise {self.copy_noise!r} was given.", "Allowed: off, stop-words.", "The default is off.")

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """Training examples with the repeats; development and unlabelled texts as they were."""
        assert data.train.labels is not None
        times = np.array(self._times(data.train.labels), dtype=np.int64)
        extra = [row for row, label in enumerate(data.train.labels) for _ in range(times[label] - 1)]
        if not extra:
            return data
        rows = np.concatenate([np.arange(len(data.train)), np.array(extra, dtype=np.int64)])
        train = data.train.take(rows)
        if self.copy_noise == "stop-words":
            train = self._thinned(train, len(data.train), streams)
        return TrainingData(train, data.dev, data.unlabelled)

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """Which classes it repeats, how often; `inert` where it repeats none. `data` is the training data before `apply`."""
        assert data.train.labels is not None
        times = self._times(data.train.labels)
        repeated = {str(label): n for label, n in enumerate(times) if n > 1}
        return {"rule": self.rule, "repeats": repeated, "inert": not repeated}

    def _times(self, labels: NDArray[np.int64]) -> list[int]:
        return repeats(np.bincount(labels).tolist(), self.min_ratio, self.max_ratio, self.rule)

    def _thinned(self, train: Examples, first_copy: int, streams: Streams) -> Examples:
        """Stop words deleted from rows `first_copy` and up."""
        texts = list(train.texts)
        seconds = None if train.second_texts is None else list(train.second_texts)
        for row in range(first_copy, len(train)):
            draw = streams.numpy("augment", "stop-words", int(train.ids[row]), row)
            for column in (texts, seconds):
                if column is not None:
                    column[row] = thin(column[row], self.long, draw)
        return Examples(train.ids, tuple(texts), None if seconds is None else tuple(seconds), train.labels)


def thin(text: str, long: int, draw: np.random.Generator) -> str:
    """The text with about half of its stop words deleted, if it has `long` words or more. A text of stop words alone may stay whole."""
    words = text.split()
    if len(words) < long:
        return text
    drop = draw.random(len(words)) < 0.5
    kept = [word for word, gone in zip(words, drop, strict=True) if not (gone and word.lower() in STOP_WORDS)]
    return " ".join(kept) if kept else text
