"""Classification metrics: scores of predicted labels, from one confusion matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Matrix = NDArray[np.float64]  # [K, K], rows gold, columns predicted; only classes that occur in either


def confusion(references: Labels, predictions: Labels) -> Matrix:
    """Counts [K, K] over the classes that occur as gold or predicted label, in their order."""
    classes, places = np.unique(np.concatenate([references, predictions]), return_inverse=True)
    gold, predicted = places[: len(references)], places[len(references) :]
    counts = np.bincount(gold * len(classes) + predicted, minlength=len(classes) ** 2)
    return counts.reshape(len(classes), -1).astype(np.float64)


def accuracy(references: Labels, predictions: Labels) -> float:
    """Share of right predictions."""
    return float(np.mean(references == predictions))


def balanced_accuracy(references: Labels, predictions: Labels) -> float:
    """Mean recall over the classes that occur as gold labels."""
    matrix = confusion(references, predictions)
    occurring = matrix.sum(1) > 0
    return float((matrix.diagonal()[occurring] / matrix.sum(1)[occurring]).mean())


def macro_precision(references: Labels, predictions: Labels) -> float:
    """Mean precision over classes; 0 for one that is never predicted."""
    matrix = confusion(references, predictions)
    return float(_ratio(matrix.diagonal(), matrix.sum(0)).mean())


def macro_recall(references: Labels, predictions: Labels) -> float:
    """Mean recall over classes; 0 for one that is predicted but never gold."""
    matrix = confusion(references, predictions)
    return float(_ratio(matrix.diagonal(), matrix.sum(1)).mean())


def macro_f1(references: Labels, predictions: Labels) -> float:
    """Mean over classes of the harmonic mean of precision and recall."""
    matrix = confusion(references, predictions)
    return float(_ratio(2 * matrix.diagonal(), matrix.sum(0) + matrix.sum(1)).mean())


def binary_f1(references: Labels, predictions: Labels) -> float:
    """F1 of class 1.

    Raises:
        ValueError: labels other than 0 and 1.
    """
    if set(np.union1d(references, predictions).tolist()) - {0, 1}:
        raise ValueError("f1 is the metric of two classes, 0 and 1; use macro_f1")
    hits = float(np.sum((references == 1) & (predictions == 1)))
    total = float(np.sum(references == 1) + np.sum(predictions == 1))
    return 2 * hits / total if total else 0.0


def matthews(references: Labels, predictions: Labels) -> float:
    """Matthews correlation of two labellings with K classes; 0 where one of them is constant."""
    matrix = confusion(references, predictions)
    n, gold, predicted = matrix.sum(), matrix.sum(1), matrix.sum(0)
    together = n * matrix.trace() - gold @ predicted
    alone = (n**2 - gold @ gold) * (n**2 - predicted @ predicted)
    return float(together / np.sqrt(alone)) if alone > 0 else 0.0


def _ratio(part: Matrix, whole: Matrix) -> Matrix:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
