"""Long tails: class sizes that fall geometrically from `largest` to `largest / ratio`, and a balanced test set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.data.strata import Rows
from benchmark.records.spec import Imbalance
from benchmark.streams import derive, uniforms


def tail_sizes(imbalance: Imbalance, classes: int, split_seed: int) -> Rows:
    """Wanted training rows per class, int64 [classes]: largest * ratio^(-i / (classes - 1)). The split seed draws which class is head."""
    order = np.argsort(uniforms(np.arange(classes, dtype=np.uint64), derive(split_seed, "split", "tail")))
    position = np.argsort(order)
    sizes = imbalance.largest * float(imbalance.ratio) ** (-position / max(1, classes - 1))
    return np.maximum(1, np.round(sizes)).astype(np.int64)


def scaled_down(sizes: Rows, available: Sequence[int] | Rows) -> Rows:
    """The same shape, shrunk until every class has its rows in `available`; classes that have none are left out of the count."""
    there = np.asarray(available)
    factor = min([1.0, *(have / want for have, want in zip(there, sizes, strict=True) if have > 0)])
    return np.minimum(np.maximum(1, np.floor(factor * sizes)).astype(np.int64), there)
