"""Rows as a source hands them over, before anything is checked: columns of texts and of labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.config.task import TaskConfig
from benchmark.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Columns:
    """One split of a source, unchecked.

    Args:
        where: the file or hub split, for messages.
        texts, second_texts: the text columns; `second_texts` is None for single texts.
        labels: class names or integers.
        names: the names behind integer labels, where the source has them.
    """

    where: str
    texts: Sequence[Any]
    second_texts: Sequence[Any] | None
    labels: Sequence[Any]
    names: tuple[str, ...] | None = None


def from_arrow(table: pa.Table, task: TaskConfig, where: str, names: tuple[str, ...] | None) -> Columns:
    """The task's columns of an Arrow table. UserError where one is missing."""
    missing = [column for column in (*task.text, task.label) if column not in table.column_names]
    if missing:
        raise UserError(
            f"{where} has no column {', '.join(missing)}.",
            f"It has {', '.join(table.column_names)}; task {task.name} needs {', '.join((*task.text, task.label))}.",
            "Correct the task's columns, or the file.",
        )
    texts = [table.column(column).to_pylist() for column in task.text]
    return Columns(where, texts[0], texts[1] if len(texts) == 2 else None, table.column(task.label).to_pylist(), names)


def concatenated(parts: Sequence[Columns]) -> Columns:
    """The rows of several folders as one split. UserError where their label names differ."""
    if len(parts) == 1:
        return parts[0]
    if len({part.names for part in parts}) > 1:
        raise UserError(
            f"{' and '.join(part.where for part in parts)} have different label names.",
            "Folders whose rows are put together have the same ones, in the same order.",
            "Correct `mirror` of the task.",
        )
    pairs = [part.second_texts for part in parts if part.second_texts is not None]
    return Columns(
        ", ".join(part.where for part in parts),
        [text for part in parts for text in part.texts],
        [text for seconds in pairs for text in seconds] if pairs else None,
        [label for part in parts for label in part.labels],
        parts[0].names,
    )


def class_names(schema: pa.Schema, column: str) -> tuple[str, ...] | None:
    """The ClassLabel names that the `datasets` library stores in a parquet file's schema, or None."""
    features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    names = features.get(column, {}).get("names") if isinstance(features, dict) else None
    return tuple(names) if names else None
