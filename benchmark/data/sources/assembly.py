"""Assembly of a task's data from the columns of its source: rows checked and in the order of their ids, labels as class indices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from benchmark.config.task import Role, TaskConfig
from benchmark.data.examples import Examples, TaskData, content_ids
from benchmark.data.sources.columns import Columns
from benchmark.data.splits.stratification import stratified_order
from benchmark.errors import UserError
from benchmark.streams import derive, uniforms

EMBEDDED = "embedded"


def assemble(task: TaskConfig, source: str, parts: Mapping[Role, Columns]) -> TaskData:
    """Checked and hashed data. UserError for labels outside their names, hidden labels, empty texts or a single class."""
    names = task.label_names or _inferred(parts)
    done = {role: _examples(task, columns, names) for role, columns in parts.items()}
    if task.hold_out is not None:
        done["train"], done["test"] = held_out(task, done["train"])
    present = np.unique(done["train"].labels)  # type: ignore[arg-type]
    if len(present) < 2:
        only = ", ".join(names[label] for label in present) or "none"
        raise UserError(f"The training rows of task {task.name!r} hold one class ({only}).", "At least two are needed.", "Add the others.")
    train, test, validation = done["train"], done["test"], done.get("validation")
    return TaskData(
        task.name, source, names, train, test, validation, _partial(task, done, source), data_hash(names, train, test, validation)
    )


def held_out(task: TaskConfig, rows: Examples) -> tuple[Examples, Examples]:
    """(training rows, test rows) of a source without a test split. A text in both is removed from training when a split is drawn.

    Raises:
        UserError: fewer rows than the test set is to have.
    """
    assert rows.labels is not None
    if task.hold_out is None or task.hold_out >= len(rows):
        raise UserError(f"hold_out = {task.hold_out} of task {task.name!r}, which has {len(rows)} rows.", "Fewer than the rows.", "")
    order = stratified_order(rows.labels, uniforms(rows.ids, derive(0, "split", "hold-out")), one_each=True)
    test, train = order[: task.hold_out], order[task.hold_out :]
    return rows.take(np.sort(train)), rows.take(np.sort(test))


def data_hash(names: Sequence[str], train: Examples, test: Examples, validation: Examples | None) -> str:
    """SHA-256 over all rows and label names: the data's identity in every key."""
    prints = [part.fingerprint() if part is not None else None for part in (train, validation, test)]
    return hashlib.sha256(json.dumps([list(names), prints], ensure_ascii=False).encode()).hexdigest()


def _inferred(parts: Mapping[Role, Columns]) -> tuple[str, ...]:
    """Label names of a file: its integers in their order, or its names sorted."""
    values = {label for columns in parts.values() for label in columns.labels if label is not None and label != ""}
    if all(isinstance(value, int) for value in values):
        return tuple(str(value) for value in sorted(values) if value >= 0)
    return tuple(sorted(str(value) for value in values))


def _partial(task: TaskConfig, done: Mapping[Role, Examples], source: str) -> dict[str, tuple[int, int]]:
    if source == EMBEDDED:
        return {}
    return {role: (len(part), task.rows[role]) for role, part in done.items() if len(part) < task.rows.get(role, 0)}


def _examples(task: TaskConfig, columns: Columns, names: tuple[str, ...]) -> Examples:
    labels = class_indices(task, columns, names)
    rows = np.flatnonzero(labels != DROPPED)
    if not len(rows):
        raise UserError(f"{columns.where} holds no rows.", "", "Fetch it again.")
    texts = _texts(columns, columns.texts, rows)
    seconds = None if columns.second_texts is None else _texts(columns, columns.second_texts, rows)
    return in_id_order(texts, seconds, labels[rows])


def in_id_order(texts: Sequence[str], seconds: Sequence[str] | None, labels: NDArray[np.int64]) -> Examples:
    """Examples with ids from their content, sorted by id: the same whatever the order of the rows was.

    Equal texts are numbered in the order of their labels, so that even a text that stands there with two labels keeps its ids.
    """
    by_label = np.argsort(labels, kind="stable")
    second = None if seconds is None else [seconds[i] for i in by_label]
    ids = content_ids([texts[i] for i in by_label], second)
    order = by_label[np.argsort(ids, kind="stable")]
    return Examples(
        np.sort(ids),
        tuple(texts[i] for i in order),
        None if seconds is None else tuple(seconds[i] for i in order),
        labels[order].astype(np.int64),
    )


DROPPED = -2


def class_indices(task: TaskConfig, columns: Columns, names: tuple[str, ...]) -> NDArray[np.int64]:
    """Class indices into `names`; DROPPED for the rows that the task leaves out."""
    index = {name: i for i, name in enumerate(names)} | dict.fromkeys(task.drop, DROPPED)
    if columns.names is None and not task.label_names:
        known: dict[Any, int] = {value: index[str(value)] for value in set(columns.labels) if str(value) in index}
    elif columns.names is None:
        known = {i: i for i in range(len(names))} | dict(index)
    else:
        _same_names(task, columns, index)
        known = {i: index[name] for i, name in enumerate(columns.names)} | dict(index)
    try:
        return np.array([known[label] for label in columns.labels], dtype=np.int64)
    except (KeyError, TypeError):
        _bad_labels(columns, lambda label: _hashable(label) and label in known, names)


def _same_names(task: TaskConfig, columns: Columns, index: Mapping[str, int]) -> None:
    if set(columns.names or ()) != set(index):
        extra, absent = sorted(set(columns.names or ()) - set(index)), sorted(set(index) - set(columns.names or ()))
        raise UserError(
            f"{columns.where} has other label names than task {task.name!r}: "
            f"{', '.join(extra) or 'none'} too many, {', '.join(absent) or 'none'} missing.",
            "The label names of data and task must be the same; their order may differ.",
            "Correct `label_names` (or `drop`) of the task.",
        )


def _bad_labels(columns: Columns, fine: Callable[[Any], bool], names: tuple[str, ...]) -> NoReturn:
    wrong = [(row, label) for row, label in enumerate(columns.labels) if not fine(label)]
    row, label = wrong[0]
    if label == -1:
        raise UserError(
            f"{columns.where} has hidden labels: row {row + 1} and {len(wrong) - 1} more are -1.",
            "A split is scored here only where its labels are known.",
            "Use a split with labels (for GLUE the official validation set is the test set).",
        )
    raise UserError(
        f"{columns.where} has the label {label!r} in row {row + 1}, and {len(wrong) - 1} more that are outside the label names.",
        f"Allowed: {', '.join(names[:30])}{' and more' if len(names) > 30 else ''}, or their index from 0 to {len(names) - 1}.",
        "Correct the rows or the task's label_names.",
    )


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _texts(columns: Columns, texts: Sequence[Any], rows: NDArray[np.int64]) -> list[str]:
    chosen = [texts[i] for i in rows]
    for row, text in zip(rows, chosen, strict=True):
        if not isinstance(text, str) or not text.strip():
            raise UserError(
                f"{columns.where} has {text!r} as text in row {row + 1}.",
                "A text is a string that is not empty.",
                "Correct or remove the row.",
            )
    return chosen
