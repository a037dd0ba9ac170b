"""Texts with words deleted, beside the texts themselves: what a denoising auto-encoder is trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmark import Batch, Examples, Feed, Streams, TaskInfo, TrainingData, UserError, content_ids, embedded_data, reshuffled


@dataclass(frozen=True)
class Denoising(Feed):
    """Training and unlabelled texts in a continuous reshuffled stream, noised afresh each time they are drawn.

    Views: `noised` and `original`. Labels are never read. The noise of a text depends on the text and on how often it was
    drawn before, not on its batch. Both texts of a pair are noised, each by itself.

    Args:
        deletion: each word (split at white space) is deleted with this probability, independently; one word always stays.
            0.6 is the most frequent best value of the paper (Lopez-Avila and Suarez-Paniagua 2023, table 5).
    """

    deletion: float = 0.6

    def texts(self, data: TrainingData, streams: Streams) -> Examples:
        """The texts that are noised, without labels."""
        return joined(data.train, data.unlabelled)

    def __post_init__(self) -> None:
        if not 0 <= self.deletion < 1:
            raise UserError(f"A deletion rate of {self.deletion} was given.", "Allowed: 0 to below 1.", "The paper uses 0.3 to 0.7.")

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches. The sampler does not apply: it balances classes, and this feed knows none."""
        texts = self.texts(data, streams)
        drawn: Counter[int] = Counter()
        for rows in reshuffled(len(texts), batch, streams):
            original = texts.take(rows)
            yield Batch({"noised": self._noised(original, drawn, streams), "original": original})

    def size(self, task: TaskInfo) -> int:
        """All texts: training and unlabelled."""
        return task.n_train + task.n_unlabelled

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """How many texts are read."""
        return {"texts_train": len(data.train), "texts_unlabelled": len(data.unlabelled), "deletion": self.deletion}

    def _noised(self, original: Examples, drawn: Counter[int], streams: Streams) -> Examples:
        texts, seconds = [], []
        for row, example in enumerate(int(i) for i in original.ids):
            draw = streams.numpy("augment", "deletion", example, drawn[example])
            drawn[example] += 1
            texts.append(delete_words(original.texts[row], self.deletion, draw))
            if original.second_texts is not None:
                seconds.append(delete_words(original.second_texts[row], self.deletion, draw))
        return Examples(original.ids, tuple(texts), None if original.second_texts is None else tuple(seconds))


@dataclass(frozen=True)
class ForeignDenoising(Denoising):
    """`Denoising` over texts of another task in place of the cell's own: as many, and as many steps.

    The texts are sentences of the embedded grammar, whose training part holds up to 3,969 different ones; where the cell has more texts,
    they are met more often. No text of the cell is read.

    Args:
        task: the embedded task that they belong to.
        data: the hash of its rows, which makes them part of the phase's key.
        pair: whether the cell's examples are pairs; foreign pairs then stand in for them.
    """

    task: str = ""
    data: str = ""
    pair: bool = False

    def texts(self, data: TrainingData, streams: Streams) -> Examples:
        """A drawn choice (stream `augment`) of the other task's texts."""
        found = embedded_data(self.task)
        assert found.hash == self.data, "the embedded grammar has changed since the phase was laid out"
        rows = found.train.without_labels()
        if not self.pair and rows.second_texts is not None:
            both = tuple(dict.fromkeys(rows.texts + rows.second_texts))
            rows = Examples(content_ids(both), both)
        order = streams.numpy("augment", "foreign").permutation(len(rows))
        return rows.take(order[: len(data.train) + len(data.unlabelled)])

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """How many texts are read, and of which task."""
        return {"texts_foreign": len(self.texts(data, streams)), "foreign_task": self.task, "deletion": self.deletion}


@dataclass(frozen=True)
class Texts(Feed):
    """Training and unlabelled texts in a continuous reshuffled stream, as they are. One view, `text`; labels are never read."""

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches. The sampler does not apply: it balances classes, and this feed knows none."""
        texts = joined(data.train, data.unlabelled)
        for rows in reshuffled(len(texts), batch, streams):
            yield Batch({"text": texts.take(rows)})

    def size(self, task: TaskInfo) -> int:
        """All texts: training and unlabelled."""
        return task.n_train + task.n_unlabelled

    def notes(self, data: TrainingData, streams: Streams) -> dict[str, Any]:
        """How many texts are read."""
        return {"texts_train": len(data.train), "texts_unlabelled": len(data.unlabelled)}


def delete_words(text: str, rate: float, draw: np.random.Generator) -> str:
    """The text without the words that the draw deletes; a random word stays where it would delete them all."""
    words = text.split()
    if not words:
        return text
    stays = draw.random(len(words)) >= rate
    if not stays.any():
        stays[draw.integers(len(words))] = True
    return " ".join(word for word, stay in zip(words, stays, strict=True) if stay)


def joined(first: Examples, second: Examples) -> Examples:
    """The texts of both, without labels."""
    if not len(second):
        return first.without_labels()
    seconds = None if first.second_texts is None or second.second_texts is None else first.second_texts + second.second_texts
    return Examples(np.concatenate([first.ids, second.ids]), first.texts + second.texts, seconds)
