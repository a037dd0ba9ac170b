"""Which labels are flipped: an exact number, spread over the classes, and nested in the level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples
from benchmark.streams import Streams


def flipped_rows(examples: Examples, level: float, streams: Streams, n_classes: int) -> NDArray[np.int64]:
    """The rows whose label is flipped: exactly round(level * n), of each class its share rounded down or up.

    In each class those with the smallest number per example id; so rows chosen at 10 % are chosen at 20 %, whatever the order of the
    rows. The draw has one name for all kinds of label noise: `label-flip` and `label-flip-next` flip the same examples.
    """
    labels = labels_of(examples)
    total = round(level * len(examples))
    sizes = np.bincount(labels, minlength=n_classes)
    order = np.argsort(streams.uniforms("noise", np.arange(n_classes, dtype=np.uint64), "flip", "class order"), kind="stable")
    quotas = np.empty(n_classes, dtype=np.int64)
    quotas[order] = apportion(sizes[order], total)
    numbers = streams.uniforms("noise", examples.ids, "flip", "which")
    ranked = np.lexsort((examples.ids, numbers))
    return np.sort(np.concatenate([ranked[labels[ranked] == c][: quotas[c]] for c in range(n_classes)])).astype(np.int64)


def labels_of(examples: Examples) -> NDArray[np.int64]:
    """The labels, which label noise cannot do without."""
    if examples.labels is None:
        raise ValueError("label noise needs labelled examples")
    return examples.labels


def apportion(sizes: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Shares of `total` in proportion to `sizes`, each its exact share rounded down or up, none falling as `total` grows. int64 [K]

    The quota method of Balinski and Young: the next one goes to the largest size / (given + 1) among the classes that are still below
    their exact share. Largest remainders give the same bounds, but a class's count can fall as the total grows (the Alabama
    paradox), and then what is flipped at 10 % would not all be flipped at 20 %. Ties go to the class that
    comes first.
    """
    given = np.zeros(len(sizes), dtype=np.int64)
    everyone = int(sizes.sum())
    for step in range(1, total + 1):
        below = given * everyone < step * sizes
        given[np.argmax(np.where(below, sizes / (given + 1), -1.0))] += 1
    return given
