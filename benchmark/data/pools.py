"""From a task's data to three pools that share no text: what may train, what may select, what scores. Before any draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.config.task import load_task, task_names
from benchmark.data.examples import Examples, TaskData
from benchmark.data.strata import Rows, stratified_order
from benchmark.errors import UserError
from benchmark.records.spec import SplitSpec
from benchmark.streams import derive, uniforms

PAPER_DEV = 500  # examples that select in the paper's few-shot protocol (papers.md P1.2)
CARVE = 0.1  # at most this share of train is held out for development


@dataclass(frozen=True)
class Pools:
    """Disjoint pools (no text in two of them) and what had to be removed for it."""

    train: Examples
    dev: Examples
    test: Examples
    notes: dict[str, Any]


def priority(part: Examples, seed: int, *names: str) -> NDArray[np.float64]:
    """The priority of every example in one named draw of one split seed. float64 [n] in [0, 1)."""
    return uniforms(part.ids, derive(seed, "split", *names))


def labels_of(part: Examples) -> Rows:
    """The labels of a part that has them. UserError where it has none."""
    if part.labels is None:
        raise UserError("A split was asked for from rows without labels.", "Train, validation and test need labels.", "Use another source.")
    return part.labels


def separate(data: TaskData, spec: SplitSpec) -> Pools:
    """Test first, then development, then train; a text belongs to the first of the three that claims it.

    Honest: the official development set, or at most 10 % of train carved out per class (and at most as many as the official
    validation set has). Paper, few-shot, GLUE: half of the official validation set scores and the other half selects.
    """
    if halves_validation(data, spec):
        dev, test = _halves(data.test)
        train, gone = _without(data.train, data.test)
        return Pools(train, dev, test, {"removed_from_train_in_test": gone})
    train, gone = _without(data.train, data.test)
    notes: dict[str, Any] = {"removed_from_train_in_test": gone}
    if data.validation is None:
        train, dev, notes["removed_from_train_in_dev"] = _carve(data, train, spec)
    else:
        dev, notes["removed_from_dev_in_test"] = _without(data.validation, data.test)
        dev, notes["removed_from_dev_in_train"] = _without(dev, train)
    return Pools(train, dev, data.test, notes)


def halves_validation(data: TaskData, spec: SplitSpec) -> bool:
    """Whether the test set is half of the official validation set (paper protocol; with all labels the paper uses the whole)."""
    return spec.protocol == "paper" and spec.shots != "all" and official_validation_is_test(data)


def official_validation_is_test(data: TaskData) -> bool:
    """Whether this task's test set is its official validation set, as for GLUE. A user's file has test rows of its own."""
    return data.source != "file" and data.task in task_names() and load_task(data.task).test_is_validation


def _halves(official: Examples) -> tuple[Examples, Examples]:
    """(the half that selects, the half that scores), stratified, the same for every split seed; equal texts stay together."""
    order = stratified_order(labels_of(official), priority(official, 0, "paper-half"), one_each=False)
    test = official.take(np.sort(order[: len(official) // 2]))
    dev, _ = _without(official.take(np.sort(order[len(official) // 2 :])), test)
    return dev, test


def _carve(data: TaskData, train: Examples, spec: SplitSpec) -> tuple[Examples, Examples, int]:
    """(train, dev, rows removed from train because their text is in dev). A class with one row keeps it in train."""
    size = int(CARVE * len(train))
    if official_validation_is_test(data):
        size = min(size, len(data.test))
    order = stratified_order(labels_of(train), priority(train, spec.split_seed, "carve"), one_each=False)
    dev = train.take(np.sort(order[:size]))
    rest, gone = _without(train.take(np.sort(order[size:])), dev)
    return rest, dev, gone


def _without(part: Examples, other: Examples) -> tuple[Examples, int]:
    """The rows whose text (pair) is not in `other`, blanks at the ends aside, and how many went."""
    taken = set(_texts(other))
    kept = [row for row, text in enumerate(_texts(part)) if text not in taken]
    gone = len(part) - len(kept)
    return (part.take(kept) if gone else part), gone


def _texts(part: Examples) -> list[Any]:
    first = [text.strip() for text in part.texts]
    return first if part.seconds is None else list(zip(first, [text.strip() for text in part.seconds], strict=True))
