"""What is wrong, or nearly wrong, with the rows of a task: test labels that training lacks, repeated rows, texts with two labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.data.examples import Examples, TaskData
from benchmark.data.near_repeats import folded_texts
from benchmark.data.splits.pools import texts_of
from benchmark.errors import UserError

SHOWN = 40  # characters of a text that a message quotes


@dataclass(frozen=True)
class DataFindings:
    """Counts of rows, each with the first text that it holds for (or None).

    Args:
        absent: name of a class that no training row has -> its test rows.
        equal: test rows whose text is also a training text, blanks at the ends aside.
        nearly_equal: further test rows whose text equals a training text but for case, blanks and punctuation.
        repeated_train, repeated_test: rows whose text stood in the same part before.
        two_labels: training texts that have more than one label.
        n_train, n_test: rows in all.
    """

    task: str
    absent: dict[str, int]
    equal: Repeats
    nearly_equal: Repeats
    repeated_train: Repeats
    repeated_test: Repeats
    two_labels: Repeats
    n_train: int
    n_test: int

    def lines(self) -> Iterator[str]:
        """One sentence for each kind of finding that there is."""
        about = f"task {self.task}:"
        if self.absent:
            told = ", ".join(f"{name} ({rows})" for name, rows in self.absent.items())
            yield f"{about} test rows have a label that no training row has, and always count as wrong: {told}."
        if self.equal.rows:
            yield f"{about} {self.equal} of {self.n_test} test rows are training rows too; those are left out of every training set."
        if self.nearly_equal.rows:
            nearly = "equal a training row but for case, blanks or punctuation"
            yield f"{about} {self.nearly_equal} of {self.n_test} test rows {nearly}; they stay."
        if self.repeated_train.rows:
            yield f"{about} {self.repeated_train} of {self.n_train} training rows repeat an earlier one."
        if self.repeated_test.rows:
            yield f"{about} {self.repeated_test} of {self.n_test} test rows repeat an earlier one, and count each time."
        if self.two_labels.rows:
            yield f"{about} {self.two_labels} training texts have more than one label."


@dataclass(frozen=True)
class Repeats:
    """How many rows, and the first one's text."""

    rows: int
    first: str | None = None

    def __str__(self) -> str:
        shown = "" if self.first is None else self.first[:SHOWN] + "..." * (len(self.first) > SHOWN)
        return f"{self.rows} (first: {shown!r})" if shown else str(self.rows)


def data_findings(data: TaskData) -> DataFindings:
    """Look through all rows of a task.

    Raises:
        UserError: rows from which nothing could be learnt: no test label is a training label, every training row is a test row too, or
            every training text has all of its labels equally often.
    """
    train, test = texts_of(data.train), texts_of(data.test)
    folded, known = folded_texts(data.test), set(folded_texts(data.train))
    held = set(train)
    equal = [text in held for text in test]
    nearly = [near in known and not same for near, same in zip(folded, equal, strict=True)]
    labels = _labels_of(train, data.train)
    _refuse_unlearnable(data, labels, set(test))
    return DataFindings(
        data.task,
        _absent(data),
        _repeats(data.test, equal),
        _repeats(data.test, nearly),
        _repeats(data.train, _seen_before(train)),
        _repeats(data.test, _seen_before(test)),
        _first_of([text for text, found in labels.items() if len(found) > 1]),
        len(train),
        len(test),
    )


def _absent(data: TaskData) -> dict[str, int]:
    assert data.train.labels is not None
    assert data.test.labels is not None
    classes = len(data.label_names)
    trained, scored = np.bincount(data.train.labels, minlength=classes), np.bincount(data.test.labels, minlength=classes)
    return {name: int(scored[c]) for c, name in enumerate(data.label_names) if scored[c] and not trained[c]}


def _refuse_unlearnable(data: TaskData, labels: dict[Hashable, Counter[int]], test: set[Hashable]) -> None:
    assert data.test.labels is not None
    if len(_absent(data)) == len(np.unique(data.test.labels)):
        raise UserError(
            f"No test row of task {data.task!r} has a label that a training row has.",
            "A model can only predict labels that it has seen.",
            "Correct the labels or the split of the rows.",
        )
    if all(text in test for text in labels):
        raise UserError(
            f"Every training row of task {data.task!r} is a test row too.",
            "Rows of the test set never train.",
            "Give each row one split.",
        )
    if all(len(found) > 1 and len(set(found.values())) == 1 for found in labels.values()):
        raise UserError(
            f"Every training text of task {data.task!r} has several labels, each of them equally often.",
            "Nothing can be learnt from such rows.",
            "Give each text one label.",
        )


def _labels_of(keys: Sequence[Hashable], part: Examples) -> dict[Hashable, Counter[int]]:
    found: dict[Hashable, Counter[int]] = defaultdict(Counter)
    assert part.labels is not None
    for key, label in zip(keys, part.labels.tolist(), strict=True):
        found[key][label] += 1
    return dict(found)


def _seen_before(keys: Sequence[Hashable]) -> list[bool]:
    seen: set[Hashable] = set()
    return [key in seen or bool(seen.add(key)) for key in keys]  # type: ignore[func-returns-value]


def _repeats(part: Examples, on: Sequence[bool]) -> Repeats:
    return _first_of([text for text, is_on in zip(part.texts, on, strict=True) if is_on])


def _first_of(texts: Sequence[Hashable]) -> Repeats:
    first = texts[0] if texts else None
    return Repeats(len(texts), str(first[0] if isinstance(first, tuple) else first) if texts else None)
