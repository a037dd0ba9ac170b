"""Noise kind `label-flip`: wrong labels, uniform over the other classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples
from benchmark.data.noise.flipped_rows import flipped_rows, labels_of
from benchmark.data.noise.kind import NoiseKind
from benchmark.streams import Streams


def flip_labels(examples: Examples, level: float, streams: Streams, n_classes: int) -> NDArray[np.int64]:
    """The labels after exactly round(level * n) flips. int64 [n]

    The wrong class comes from a second number per example id, so an example gets the same wrong class at every level.
    """
    labels = labels_of(examples).copy()
    rows = flipped_rows(examples, level, streams, n_classes)
    steps = 1 + np.floor(streams.uniforms("noise", examples.ids[rows], "flip", "to") * (n_classes - 1)).astype(np.int64)
    labels[rows] = (labels[rows] + steps) % n_classes
    return labels


KIND = NoiseKind(
    name="label-flip",
    description="wrong labels, uniform over the other classes; level = share of examples",
    unit="labels",
    lowest=0.001,
    highest=1.0,
    defined=flip_labels,
    relabel=flip_labels,
)
