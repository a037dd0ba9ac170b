"""Scoring a trained predictor on further test sets. It happens after training and selection are over, and nothing reads it back."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmark.config.task import load_task
from benchmark.config.toml_files import load_transfer_set
from benchmark.contract.predictor import Predictor
from benchmark.data.sources.transfer_rows import TransferRows, load_transfer_rows
from benchmark.metrics.metric import measure
from benchmark.metrics.out_of_scope import Confidence, best_threshold, out_of_scope_measures
from benchmark.planning.workspace import Workspace
from benchmark.records.record import Predictions, TransferResult


def transfer_results(predictor: Predictor, task: str, label_names: tuple[str, ...], workspace: Workspace) -> dict[str, TransferResult]:
    """Name of each of the task's further test sets -> what the predictor scores there. A user's own file has none.

    Raises:
        UserError: a set whose rows cannot be had.
    """
    return {rows.name: _scored(predictor, rows, load_task(task).metrics) for rows in transfer_rows(task, label_names, workspace)}


def transfer_rows(task: str, label_names: tuple[str, ...], workspace: Workspace) -> list[TransferRows]:
    """The rows of a task's further test sets, read once by each process. UserError for rows that cannot be had."""
    names = () if task in workspace.task_files else load_task(task).transfer
    return [_rows(name, label_names, workspace.data_root) for name in names]


@lru_cache(maxsize=16)
def _rows(name: str, label_names: tuple[str, ...], data_root: Path | None) -> TransferRows:
    return load_transfer_rows(load_transfer_set(name), label_names, data_root)


def _scored(predictor: Predictor, rows: TransferRows, metrics: tuple[str, ...]) -> TransferResult:
    scores, labels = predictor(rows.test.without_labels()), rows.test.labels
    assert labels is not None
    if rows.development is None:
        values = measure(labels, scores, metrics)
    else:
        assert rows.development.labels is not None
        threshold = best_threshold(Confidence.of(predictor(rows.development.without_labels()), rows.development.labels))
        values = out_of_scope_measures(Confidence.of(scores, labels), threshold)
    predictions = Predictions.of(np.asarray(scores).argmax(1).tolist(), scores.shape[1])
    return TransferResult(n=len(labels), rows=rows.test.fingerprint(), metrics=values, predictions=predictions)
