"""Texts with words deleted, beside the texts themselves: what a denoising auto-encoder is trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark import Batch, Examples, Feed, Streams, TaskInfo, TrainingData, UserError, reshuffled


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
    kind: str = field(default="denoising", init=False)

    def __post_init__(self) -> None:
        if not 0 <= self.deletion < 1:
            raise UserError(f"A deletion rate of {self.deletion} was given.", "Allowed: 0 to below 1.", "The paper uses 0.3 to 0.7.")

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        """Endless batches. The sampler does not apply: it balances classes, and this feed knows none."""
        texts = joined(data.train, data.unlabelled)
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


def delete_words(text: str, rate: float, draw: np.random.Generator) -> str:
    """The text without the words that the draw deletes; a random word stays where it would delete them all."""
    words = text.split()
    if not words:
        return text
    kept = draw.random(len(words)) >= rate
    if not kept.any():
        kept[draw.integers(len(words))] = True
    return " ".join(word for word, keep in zip(words, kept, strict=True) if keep)


def joined(first: Examples, second: Examples) -> Examples:
    """The texts of both, without labels."""
    if not len(second):
        return first.without_labels()
    seconds = None if first.second_texts is None or second.second_texts is None else first.second_texts + second.second_texts
    return Examples(np.concatenate([first.ids, second.ids]), first.texts + second.texts, seconds)
