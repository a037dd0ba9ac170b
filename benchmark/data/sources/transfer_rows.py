"""The rows of a further test set, with labels in the task's classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.config.transfer_set import TransferSetConfig
from benchmark.data.examples import Examples
from benchmark.data.sources.assembly import class_indices, in_id_order
from benchmark.data.sources.columns import Columns
from benchmark.data.sources.hub import read_hub
from benchmark.data.sources.mirror import read_mirror
from benchmark.data.splits.stratification import stratified_order
from benchmark.errors import UserError
from benchmark.streams import derive, uniforms

OUTSIDE = -1  # the label of a text that belongs to no class of the task


@dataclass(frozen=True)
class TransferRows:
    """A further test set.

    Args:
        test: labelled with the task's class indices, `OUTSIDE` for texts of no class.
        development: for a set with such texts: the rows that set the threshold.
    """

    name: str
    test: Examples
    development: Examples | None


def load_transfer_rows(config: TransferSetConfig, label_names: Sequence[str], data_root: Path | None) -> TransferRows:
    """Read a further test set for a task with these classes, from the mirror or the hub.

    Raises:
        UserError: missing rows, or labels that are neither mapped to a class nor left out.
    """
    targets = {**{name: name for name in config.label_names if not config.labels}, **config.labels}
    if unknown := sorted({to for name, to in targets.items() if name not in config.outside} - set(label_names)):
        raise UserError(
            f"The transfer set {config.name!r} has the labels {', '.join(unknown)}, which are no classes of the task.",
            f"Its classes are {', '.join(label_names)}.",
            "Map them with `labels`.",
        )
    classes = {name: label_names.index(to) for name, to in targets.items() if name not in config.outside}
    classes |= dict.fromkeys(config.outside, OUTSIDE)
    test = _read(config, config.split, classes, data_root)
    development = None if config.threshold_split is None else _read(config, config.threshold_split, classes, data_root)
    return TransferRows(config.name, _capped(test, config.most), development)


def _read(config: TransferSetConfig, split: str, classes: Mapping[str, int], data_root: Path | None) -> Examples:
    task = config.as_task
    columns: Columns = read_hub(task, split) if data_root is None else read_mirror(task, data_root, split)
    own = class_indices(task, columns, config.label_names)
    rows = [row for row, label in enumerate(own.tolist()) if config.label_names[label] in classes]
    labels = np.array([classes[config.label_names[own[row]]] for row in rows], dtype=np.int64)
    seconds = None if columns.second_texts is None else [columns.second_texts[row] for row in rows]
    return in_id_order([columns.texts[row] for row in rows], seconds, labels)


def _capped(rows: Examples, most: int | None) -> Examples:
    if most is None or most >= len(rows):
        return rows
    assert rows.labels is not None
    order = stratified_order(rows.labels - rows.labels.min(), uniforms(rows.ids, derive(0, "split", "transfer")), one_each=True)
    return rows.take(np.sort(order[:most]))
