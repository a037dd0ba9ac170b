"""The imbalance correction of Lopez-Avila and Suarez-Paniagua 2023 (eq. 5a): small classes grow before pairs are made.

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

from benchmark import Examples, Method, Streams, TrainingData, UserError, bounded
from methods.parts.stop_words import STOP_WORDS

RULES = ("code", "eq5a", "text", "off")
PROTOCOLS = ("suite", "paper")
LENGTH_CLASSES = ("short", "medium")


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
    return [_repeats(f, min_ratio, rule) for f in ratios(counts, max_ratio)]


def ratios(counts: Sequence[int], max_ratio: float) -> list[float]:
    """f(x) of each class; 0 for the largest class, for one without examples, and where the largest has a single example."""
    largest = max(counts, default=0)
    if largest < 2:
        return [0.0] * len(counts)
    return [0.0 if x < 1 else math.log(largest / x) * max_ratio / math.log(largest) for x in counts]


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
        copy_noise: `off`: plain repeats, as the released code does for encoders of the length class `short` (MiniLM). `stop-words`: each
            stop word of a copy is deleted with probability one half where the text has `long` words or more: what the paper's text
            describes, with our numbers.
        expand: first grow every class with f >= min_ratio by the copies of `expanded`, then compute f from the new sizes and repeat: the
            order of the released code for encoders of the length class `medium` (RoBERTa).
        long: words from which a text is long enough (the paper gives no number).
    """

    min_ratio: float = 1.5
    max_ratio: float = 4.0
    rule: str = "code"
    copy_noise: str = "off"
    expand: bool = False
    long: int = 20

    def __post_init__(self) -> None:
        if self.copy_noise not in ("off", "stop-words"):
            raise UserError(f"The copy noise {self.copy_noise!r} was given.", "Allowed: off, stop-words.", "The default is off.")

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """Training examples with the repeats; development and unlabelled texts as they were."""
        grown = self._expanded(data.train) if self.expand else data.train
        assert grown.labels is not None
        times = np.array(self._times(grown.labels), dtype=np.int64)
        extra = [row for row, label in enumerate(grown.labels) for _ in range(times[label] - 1)]
        if not extra:
            return data if grown is data.train else TrainingData(grown, data.dev, data.unlabelled)
        rows = np.concatenate([np.arange(len(grown)), np.array(extra, dtype=np.int64)])
        train = grown.take(rows)
        if self.copy_noise == "stop-words":
            train = self._thinned(train, len(grown), streams)
        return TrainingData(train, data.dev, data.unlabelled)

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """Which classes it repeats and how often, which it expands (class -> examples before and after); `inert` where it changes none.
        `data` is the training data before `apply`."""
        assert data.train.labels is not None
        grown = self._expanded(data.train) if self.expand else data.train
        assert grown.labels is not None
        times = self._times(grown.labels)
        repeated = {str(label): n for label, n in enumerate(times) if n > 1}
        notes: dict[str, Any] = {"rule": self.rule, "repeats": repeated, "inert": not repeated and grown is data.train}
        if self.expand:
            before, after = (np.bincount(train.labels).tolist() for train in (data.train, grown))  # type: ignore[arg-type]
            notes["expanded"] = {str(k): [b, a] for k, (b, a) in enumerate(zip(before, after, strict=True)) if a > b}
        return notes

    def repeats_for(self, counts: Sequence[int]) -> list[int]:
        """How often each class of these sizes would stand in the training data; with `expand`, where every text has a stop word."""
        first = [2 if self.expand and f >= self.min_ratio else 1 for f in ratios(counts, self.max_ratio)]
        grown = [count * times for count, times in zip(counts, first, strict=True)]
        then = repeats(grown, self.min_ratio, self.max_ratio, self.rule)
        return [one * more for one, more in zip(first, then, strict=True)]

    def _times(self, labels: NDArray[np.int64]) -> list[int]:
        return repeats(np.bincount(labels).tolist(), self.min_ratio, self.max_ratio, self.rule)

    def _expanded(self, train: Examples) -> Examples:
        assert train.labels is not None
        chosen = [f >= self.min_ratio for f in ratios(np.bincount(train.labels).tolist(), self.max_ratio)]
        return expanded(train, np.array(chosen, dtype=bool)[train.labels]) if any(chosen) else train

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


def expanded(train: Examples, chosen: NDArray[np.bool_]) -> Examples:
    """Every chosen example (bool [n]) lower-cased and, where it has stop words and other words, a copy without stop words before it.

    As `expander` of src/data_augmentation.py in the authors' repository; its list of stop words is not there, so the list is ours. A pair
    of texts is one example: the copy leaves out the stop words of both texts, and a text of stop words alone stays.
    """
    columns = [train.texts] if train.second_texts is None else [train.texts, train.second_texts]
    rows: list[int] = []
    grown: list[list[str]] = [[] for _ in columns]
    for row in range(len(train)):
        originals = [column[row] for column in columns]
        lowered = [" ".join(text.lower().split()) for text in originals]
        bare = [without_stop_words(text) or text for text in lowered]
        versions = [originals] if not chosen[row] else [bare, lowered] if bare != lowered else [lowered]
        for version in versions:
            rows.append(row)
            for column, text in zip(grown, version, strict=True):
                column.append(text)
    taken = train.take(rows)
    return Examples(taken.ids, tuple(grown[0]), tuple(grown[1]) if len(grown) > 1 else None, taken.labels)


def without_stop_words(text: str) -> str:
    """The words of a lower-case text that are no stop words; empty where all of them are."""
    return " ".join(word for word in text.split() if word not in STOP_WORDS)


def thin(text: str, long: int, draw: np.random.Generator) -> str:
    """The text with about half of its stop words deleted, if it has `long` words or more. A text of stop words alone may stay whole."""
    words = text.split()
    if len(words) < long:
        return text
    drop = draw.random(len(words)) < 0.5
    left = [word for word, gone in zip(words, drop, strict=True) if not (gone and word.lower() in STOP_WORDS)]
    return " ".join(left) if left else text


@dataclass(frozen=True)
class ImbalanceCorrected(Method):
    """The parameters of the imbalance correction, for the methods that make pairs.

    Args:
        imbalance: how small classes are repeated before pairs are made (eq. 5): `code`, `eq5a`, `text` or `off`.
        min_ratio, max_ratio: its two constants (1.5 and 4; "extra imbalance" is 20).
        copy_noise: noise on the repeats, see `Repeat`; `off` is what the code does with MiniLM.
        protocol: `paper` follows the released code where the suite does otherwise: classes are expanded before they are repeated (length
            class `medium`), AdamW's epsilon is the code's, and the last phase has neither weight decay nor clipping.
        length_class: what the released code calls the length of an encoder: `medium` for RoBERTa, `short` for MiniLM. The files of the
            encoders set it.
    """

    imbalance: str = bounded("code", among=RULES)
    min_ratio: float = bounded(1.5, low=0.0)
    max_ratio: float = bounded(4.0, low=0.01)
    copy_noise: str = bounded("off", among=("off", "stop-words"))
    protocol: str = bounded("suite", among=PROTOCOLS)
    length_class: str = bounded("short", among=LENGTH_CLASSES)

    def repeats_for(self, counts: Sequence[int]) -> list[int]:
        """How often the correction puts each class into the pair phase; all 1 where it is inert."""
        augment = self.correction()
        return [1] * len(counts) if augment is None else augment.repeats_for(counts)

    def correction(self) -> Repeat | None:
        """The augmentation of the pair phase; None where it is off."""
        if self.imbalance == "off":
            return None
        expand = self.protocol == "paper" and self.length_class == "medium"
        return Repeat(self.min_ratio, self.max_ratio, self.imbalance, self.copy_noise, expand)
