"""Noise kind `label-flip-next`: wrong labels, each class mistaken for the next one (pair flips)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples
from benchmark.data.noise.flipped_rows import flipped_rows, labels_of
from benchmark.data.noise.kind import NoiseKind
from benchmark.streams import Streams


def flip_labels_to_next(examples: Examples, level: float, streams: Streams, n_classes: int) -> NDArray[np.int64]:
    """The labels after exactly round(level * n) flips of class c to class c + 1 modulo K. int64 [n]

    The examples that are flipped are those of `label-flip`. With two classes both kinds are the same.
    """
    labels = labels_of(examples).copy()
    rows = flipped_rows(examples, level, streams, n_classes)
    labels[rows] = (labels[rows] + 1) % n_classes
    return labels


KIND = NoiseKind(
    name="label-flip-next",
    description="wrong labels, each class mistaken for the next one; level = share of examples",
    unit="labels",
    lowest=0.001,
    highest=1.0,
    defined=flip_labels_to_next,
    relabel=flip_labels_to_next,
)
