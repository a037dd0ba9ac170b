"""How representations lie: silhouette, alignment and uniformity, so that a picture of them is no mere decoration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 1000  # vectors that enter: pairs are quadratic


@dataclass(frozen=True)
class Geometry:
    """Three numbers of one set of representations, scaled to unit length.

    Args:
        silhouette: mean over vectors of (b - a) / max(a, b), a and b the mean distance to its own and to the nearest other class; -1 to 1,
            larger: classes lie further apart than they are wide. None with fewer than two classes.
        alignment: mean squared distance of two vectors of one class (Wang and Isola 2020, exponent 2); 0 to 4, smaller: closer.
        uniformity: log of the mean of exp(-2 squared distance) over all pairs (same paper); at most 0, smaller: spread more evenly.
        n: vectors that entered.
    """

    silhouette: float | None
    alignment: float | None
    uniformity: float
    n: int


def geometry(vectors: NDArray[np.float64], labels: NDArray[np.int64]) -> Geometry:
    """Measure vectors [n, H] with class labels [n]; at most the first 1,000 (test examples stand in the order of ids, not of classes).

    Raises:
        ValueError: fewer than two vectors.
    """
    if len(vectors) < 2:
        raise ValueError(f"{len(vectors)} vectors were given; two are needed")
    unit, labels = scaled(vectors[:MOST]), labels[:MOST]
    squared = np.clip(2 - 2 * unit @ unit.T, 0, None)
    upper = np.triu_indices(len(unit), k=1)
    same = (labels[:, None] == labels[None, :])[upper]
    distances = squared[upper]
    return Geometry(
        _silhouette(unit, labels),
        float(distances[same].mean()) if same.any() else None,
        float(np.log(np.exp(-2 * distances).mean())),
        len(unit),
    )


def scaled(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row to unit length; a zero row stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1.0)


def _silhouette(unit: NDArray[np.float64], labels: NDArray[np.int64]) -> float | None:
    from sklearn.metrics import silhouette_score

    classes = len(np.unique(labels))
    return float(silhouette_score(unit, labels)) if 2 <= classes < len(labels) else None
