"""Long tails: class sizes that fall geometrically from `largest` to `largest / ratio`, in training and in development."""

from __future__ import annotations

import numpy as np

from benchmark.data.examples import Examples, TaskData
from benchmark.data.splits.pools import Pools
from benchmark.data.splits.sampling_draws import Notes, first_of_each
from benchmark.data.splits.stratification import Rows, class_ranks
from benchmark.records.spec import Imbalance
from benchmark.streams import derive, uniforms


def tail_sizes(imbalance: Imbalance, classes: int, split_seed: int) -> Rows:
    """Wanted training rows per class, int64 [classes]: largest * ratio^(-i / (classes - 1)). The split seed draws which class is head."""
    order = np.argsort(uniforms(np.arange(classes, dtype=np.uint64), derive(split_seed, "split", "tail")))
    position = np.argsort(order)
    sizes = imbalance.largest * float(imbalance.ratio) ** (-position / max(1, classes - 1))
    return np.maximum(1, np.round(sizes)).astype(np.int64)


def long_tail(data: TaskData, pools: Pools, imbalance: Imbalance, split_seed: int, notes: Notes) -> tuple[Rows, Examples]:
    """(training rows, as positions in the pool; a development set of the same shape, at most as large)."""
    classes = len(data.label_names)
    wanted = tail_sizes(imbalance, classes, split_seed)
    chosen = first_of_each(data, pools.train, pools.train.priority(split_seed, "train"), wanted, notes)
    sizes = np.bincount(pools.train.labels[chosen], minlength=classes)
    notes["class_sizes"] = {name: int(size) for name, size in zip(data.label_names, sizes, strict=True)}
    labels = pools.dev.labels
    fitting = scaled_down(sizes, np.bincount(labels, minlength=classes))
    dev = pools.dev.take(np.flatnonzero(class_ranks(labels, pools.dev.priority(split_seed, "dev")) < fitting[labels]))
    if len(dev) < len(chosen):
        notes["dev_short"] = {"wanted": len(chosen), "got": len(dev)}
    return chosen, dev


def scaled_down(sizes: Rows, available: Rows) -> Rows:
    """The same shape, shrunk until every class has its rows in `available`; one row at least of a class that has any."""
    factor = min([1.0, *(have / want for have, want in zip(available, sizes, strict=True) if have > 0 and want > 0)])
    shrunk: Rows = np.maximum(1, np.floor(factor * sizes)).astype(np.int64)
    return np.minimum(shrunk, np.minimum(available, sizes))
