"""Metrics, local, behind the interface of the `evaluate` library: `compute(predictions=, references=)`.

Built-in scoring needs neither the network nor `evaluate`'s seconds of import. A user's own metric, `evaluate:NAME_OR_PATH` in a task,
stands beside them through the same interface.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UserError, unknown
from benchmark.metrics import classification
from benchmark.metrics.calibration import calibration_measures, probabilities

Labels = NDArray[np.int64]


class Metric(Protocol):
    """What `evaluate.load` gives, as far as it is used here."""

    def compute(self, *, predictions: Sequence[int], references: Sequence[int], **options: Any) -> Mapping[str, Any]:
        """Named values."""


@dataclass(frozen=True)
class Local:
    """A built-in metric of predicted labels."""

    name: str
    function: Callable[[Labels, Labels], float]

    def compute(self, *, predictions: Sequence[int], references: Sequence[int], **options: Any) -> dict[str, float]:
        """{name: value}."""
        return {self.name: self.function(np.asarray(references), np.asarray(predictions))}


LOCAL: dict[str, Local] = {
    local.name: local
    for local in (
        Local("accuracy", classification.accuracy),
        Local("balanced_accuracy", classification.balanced_accuracy),
        Local("macro_precision", classification.macro_precision),
        Local("macro_recall", classification.macro_recall),
        Local("macro_f1", classification.macro_f1),
        Local("f1", classification.binary_f1),
        Local("mcc", classification.matthews),
    )
}
ALWAYS = ("accuracy", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1", "mcc")


def measure(labels: Labels, scores: NDArray[np.float32], metrics: Sequence[str] = ()) -> dict[str, float]:
    """Every built-in metric, the calibration measures, and the task's own.

    Args:
        labels: int64 [n] gold classes.
        scores: float32 [n, K] logits or log-probabilities.
        metrics: the task's metrics; the first is its primary one.
    """
    return label_metrics(labels, scores.argmax(1), [*ALWAYS, *metrics]) | calibration_measures(labels, probabilities(scores))


def label_metrics(labels: Labels, predictions: Labels, metrics: Sequence[str]) -> dict[str, float]:
    """Metrics of predicted labels, by the name under which their values stand.

    Args:
        labels, predictions: int64 [n] classes.
        metrics: built-in names, or `evaluate:NAME_OR_PATH`.
    """
    values: dict[str, Any] = {}
    for name in dict.fromkeys(metrics):
        metric = load_metric(name)
        if isinstance(metric, Local):
            values[metric.name] = metric.function(labels, predictions)
        else:
            values |= metric.compute(predictions=predictions.tolist(), references=labels.tolist())
    return {name: float(value) for name, value in values.items()}


def scorer_hash(metrics: Sequence[str]) -> str:
    """The identity of the code behind a task's own metrics: SHA-256 over the content of their scripts; "" where all are built in or come
    from a named module of the evaluate library."""
    scripts = [path for name in metrics if name.startswith("evaluate:") for path in [_script(name.removeprefix("evaluate:"))] if path]
    if not scripts:
        return ""
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in scripts)).hexdigest()


def _script(given: str) -> Path | None:
    """The file of a metric that is given by its path: the script, or the one in a folder that bears the folder's name."""
    path = Path(given)
    return next((file for file in (path, path / f"{path.name}.py") if file.is_file()), None)


def load_metric(name: str) -> Metric:
    """A built-in metric, or `evaluate:NAME_OR_PATH`."""
    if not name.startswith("evaluate:"):
        if name not in LOCAL:
            raise unknown("metric", name, LOCAL, "A metric of the evaluate library is written evaluate:NAME_OR_PATH.")
        return LOCAL[name]
    import evaluate

    try:
        return evaluate.load(name.removeprefix("evaluate:"))  # type: ignore[no-any-return]
    except Exception as error:
        raise UserError(
            f"The metric {name!r} could not be loaded by the evaluate library: {type(error).__name__}: {str(error)[:200]}.",
            "Allowed: a metric script's path, or a name that is in evaluate's cache (its scripts live on the hub).",
            "Give a path, or run `python -m benchmark prepare` where there is a network.",
        ) from error


def primary_name(metric: str) -> str:
    """The key under which a task's metric stands among the values (`evaluate:some/path/f1.py` -> `f1`)."""
    return metric.removeprefix("evaluate:").rstrip("/").rsplit("/", 1)[-1].removesuffix(".py")
