"""From a task's data to three pools that share no text: what may train, what may select, what scores. Before any draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.config.task import load_task, task_names
from benchmark.data.examples import Examples, TaskData
from benchmark.data.splits.stratification import Rows, stratified_order
from benchmark.errors import UserError
from benchmark.records.spec import SplitSpec
from benchmark.streams import derive, uniforms

CARVE = 0.1  # at most this share of train is held out for development


@dataclass(frozen=True)
class Pool:
    """Some rows of one part of the data; their texts are copied only when rows are taken."""

    part: Examples
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> Rows:
        """int64 [n]. UserError where the part has none."""
        if self.part.labels is None:
            raise UserError(
                "A split was asked for from rows without labels.", "Train, validation and test need labels.", "Use another source."
            )
        return self.part.labels[self.rows]

    def priority(self, seed: int, draw: str) -> NDArray[np.float64]:
        """One number in [0, 1) per example for one named draw of one split seed."""
        return uniforms(self.part.ids[self.rows], derive(seed, "split", draw))

    def take(self, chosen: Rows) -> Examples:
        """These of the pool's rows, sorted by example id."""
        rows = self.rows[chosen]
        return self.part.take(rows[np.argsort(self.part.ids[rows], kind="stable")])


@dataclass(frozen=True)
class Pools:
    """Disjoint pools (no text in two of them), what had to be removed for it."""

    train: Pool
    dev: Pool
    test: Pool
    removed: dict[str, int]


def separate(data: TaskData, spec: SplitSpec) -> Pools:
    """Test first, then development, then train; a text belongs to the first of the three that claims it.

    Honest: the official development set, or at most 10 % of train carved out per class (and at most as many as the official
    validation set has). Paper, few-shot, GLUE: half of the official validation set scores and the other half selects.
    """
    texts, held = texts_of(data.train), set(texts_of(data.test))
    rows = np.array([row for row, text in enumerate(texts) if text not in held], dtype=np.int64)
    removed = {"removed_from_train_in_test": len(data.train) - len(rows)}
    train, test = Pool(data.train, rows), Pool(data.test, np.arange(len(data.test)))
    if halves_validation(data, spec):
        return Pools(train, *_halves(test), removed)
    if data.validation is not None:
        dev, counts = _official(data.validation, held, {texts[row] for row in rows})
        return Pools(train, dev, test, removed | counts)
    most = len(test) if official_validation_is_test(data) else len(rows)
    train, dev, gone = _carve(train, texts, min(int(CARVE * len(rows)), most), spec.split_seed)
    return Pools(train, dev, test, removed | {"removed_from_train_in_dev": gone})


def halves_validation(data: TaskData, spec: SplitSpec) -> bool:
    """Whether the test set is half of the official validation set (paper protocol; with all labels the paper uses the whole)."""
    return spec.protocol == "paper" and spec.shots != "all" and official_validation_is_test(data)


def official_validation_is_test(data: TaskData) -> bool:
    """Whether this task's test set is its official validation set, as for GLUE. A user's file has test rows of its own."""
    return data.source != "file" and data.task in task_names() and load_task(data.task).test_is_validation


def _halves(official: Pool) -> tuple[Pool, Pool]:
    """(the half that selects, the half that scores), stratified, the same for every split seed; equal texts stay together."""
    order = stratified_order(official.labels, official.priority(0, "paper-half"), one_each=False)
    test, dev = order[: len(order) // 2], order[len(order) // 2 :]
    texts = texts_of(official.part)
    held = {texts[row] for row in test}
    dev = np.array([row for row in dev if texts[row] not in held], dtype=np.int64)
    return Pool(official.part, dev), Pool(official.part, test)


def _official(validation: Examples, test: set[Any], train: set[Any]) -> tuple[Pool, dict[str, int]]:
    """The official development set without the texts of test and train, and how many rows went."""
    texts = texts_of(validation)
    beyond_test = [row for row, text in enumerate(texts) if text not in test]
    kept = np.array([row for row in beyond_test if texts[row] not in train], dtype=np.int64)
    counts = {"removed_from_dev_in_test": len(texts) - len(beyond_test), "removed_from_dev_in_train": len(beyond_test) - len(kept)}
    return Pool(validation, kept), counts


def _carve(train: Pool, texts: list[Any], size: int, split_seed: int) -> tuple[Pool, Pool, int]:
    """(train, dev, rows removed from train because their text is in dev). A class with one row keeps it in train."""
    order = stratified_order(train.labels, train.priority(split_seed, "carve"), one_each=False)
    dev = train.rows[order[:size]]
    held = {texts[row] for row in dev}
    rest = np.array([row for row in train.rows.tolist() if texts[row] not in held], dtype=np.int64)
    return Pool(train.part, rest), Pool(train.part, dev), len(train) - len(dev) - len(rest)


def texts_of(part: Examples) -> list[Any]:
    """The texts (or pairs), blanks at the ends aside."""
    first = [text.strip() for text in part.texts]
    return first if part.second_texts is None else list(zip(first, [text.strip() for text in part.second_texts], strict=True))
