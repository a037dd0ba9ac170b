"""One draw of a task: nested training shots, a development set, unlabelled text and a test set. Pure, and free of row order.

Every choice ranks example ids by numbers drawn from (split seed, name of the draw), never by a library's shuffle, so that the
20 are inside the 100 and other rows do not matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.data.examples import Examples, Split, TaskData
from benchmark.data.pools import CARVE, PAPER_DEV, Pools, halves_validation, labels_of, priority, separate
from benchmark.data.shots import Shots, parse_shots
from benchmark.data.strata import Rows, class_ranks, stratified_order
from benchmark.data.tails import scaled_down, tail_sizes
from benchmark.errors import UserError
from benchmark.records.spec import Imbalance, SplitSpec


def make_split(data: TaskData, spec: SplitSpec) -> Split:
    """Draw train, dev, unlabelled and test. Each part is sorted by example id.

    Raises:
        UserError: malformed shots, more shots than examples or fewer than classes, one class only, shots beside an imbalance.
    """
    shots = parse_shots(spec.shots)
    pools = separate(data, spec)
    notes: dict[str, Any] = {name: count for name, count in pools.notes.items() if count}
    absent = sorted(set(range(len(data.label_names))) - set(labels_of(pools.train).tolist()))
    if len(data.label_names) - len(absent) < 2:
        raise UserError(f"The training rows of {data.task!r} hold fewer than two classes.", "At least two are needed.", "Add rows.")
    if absent:
        notes["classes_absent_from_train"] = [data.label_names[c] for c in absent]
    if spec.imbalance is not None:
        _refuse_shots(shots)
        chosen, dev, test = _long_tail(data, pools, spec, spec.imbalance, notes)
    else:
        chosen = _train_rows(data, pools.train, shots, spec.split_seed, notes)
        dev = _development(pools, spec, shots, len(chosen), notes)
        test = pools.test
    if halves_validation(data, spec):
        notes["test"] = f"half of the official validation set ({len(pools.test)} of {len(data.test)})"
    test = _capped(test, spec.test_cap, notes)
    return Split(_ordered(pools.train, chosen), dev, test, _unlabelled(pools.train, chosen, spec, notes), notes)


def _train_rows(data: TaskData, pool: Examples, shots: Shots, split_seed: int, notes: dict[str, Any]) -> Rows:
    ranking = priority(pool, split_seed, "train")
    labels = labels_of(pool)
    if shots.kind == "per-class":
        return _per_class(data, labels, class_ranks(labels, ranking), np.full(len(data.label_names), int(shots.value)), notes)
    wanted, classes = shots.total_of(len(pool)), len(np.unique(labels))
    if wanted > len(pool):
        raise UserError(
            f"{wanted} shots were asked for, and task {data.task!r} has {len(pool)} training examples (development set aside).",
            f"Allowed: {classes} to {len(pool)}, or all.",
            "Lower --shots.",
        )
    if wanted < classes:
        raise UserError(
            f"{wanted} shots were asked for, and task {data.task!r} has {classes} classes.",
            f"Every class gets one at least: {classes} or more.",
            "Raise --shots, or use 1/class.",
        )
    return stratified_order(labels, ranking, one_each=True)[:wanted]


def _per_class(data: TaskData, labels: Rows, ranks: Rows, wanted: Rows, notes: dict[str, Any]) -> Rows:
    """The first `wanted[c]` rows of every class c; classes that have fewer are noted. UserError where all of them do."""
    there = np.bincount(labels, minlength=len(wanted))
    short = np.flatnonzero(there < wanted)
    if len(short) == len(wanted):
        raise UserError(
            f"{wanted.max()} shots a class were asked for, and no class of task {data.task!r} has that many.",
            f"The largest class has {there.max()} training examples (development set aside).",
            "Lower the shots.",
        )
    if len(short):
        notes["class_shortfall"] = {data.label_names[c]: {"wanted": int(wanted[c]), "got": int(there[c])} for c in short}
    return np.flatnonzero(ranks < wanted[labels])


def _development(pools: Pools, spec: SplitSpec, shots: Shots, n_train: int, notes: dict[str, Any]) -> Examples:
    """As many as the shots (500 in paper mode), at most the pool, and at most 10 % of train where all of it trains."""
    wanted = PAPER_DEV if spec.protocol == "paper" else n_train
    limit = int(CARVE * len(pools.train)) if shots.kind == "all" and spec.protocol == "honest" else len(pools.dev)
    size = min(wanted, limit, len(pools.dev))
    if size < wanted and shots.kind != "all":
        notes["dev_short"] = {"wanted": wanted, "got": size}
    seed = 0 if spec.protocol == "paper" and shots.kind != "all" else spec.split_seed
    order = stratified_order(labels_of(pools.dev), priority(pools.dev, seed, "dev"), one_each=True)
    return _ordered(pools.dev, order[:size])


def _long_tail(data: TaskData, pools: Pools, spec: SplitSpec, imbalance: Imbalance, notes: dict[str, Any]) -> tuple[Rows, Examples, Examples]:
    """(training rows with a long tail, development with the same shape, test with equal classes)."""
    classes = len(data.label_names)
    labels = labels_of(pools.train)
    wanted = tail_sizes(imbalance, classes, spec.split_seed)
    chosen = _per_class(data, labels, class_ranks(labels, priority(pools.train, spec.split_seed, "train")), wanted, notes)
    sizes = np.bincount(labels[chosen], minlength=classes)
    notes["class_sizes"] = {name: int(size) for name, size in zip(data.label_names, sizes, strict=True)}
    dev_labels = labels_of(pools.dev)
    dev_sizes = scaled_down(sizes, np.bincount(dev_labels, minlength=classes))
    dev_ranks = class_ranks(dev_labels, priority(pools.dev, spec.split_seed, "dev"))
    dev = _ordered(pools.dev, np.flatnonzero(dev_ranks < dev_sizes[dev_labels]))
    if len(dev) < len(chosen):
        notes["dev_short"] = {"wanted": len(chosen), "got": len(dev)}
    return chosen, dev, _balanced(pools.test, notes)


def _balanced(test: Examples, notes: dict[str, Any]) -> Examples:
    """The largest test set with equally many of every class that it holds; the same for every split seed."""
    labels = labels_of(test)
    counts = np.bincount(labels)
    equal = int(counts[counts > 0].min())
    notes["test"] = f"balanced: {equal} of every class"
    return _ordered(test, np.flatnonzero(class_ranks(labels, priority(test, 0, "test")) < equal))


def _capped(test: Examples, cap: int | None, notes: dict[str, Any]) -> Examples:
    """A fixed stratified subset, the same for every split seed."""
    if cap is None or cap >= len(test):
        return _ordered(test, np.arange(len(test)))
    notes["test_capped"] = {"from": len(test), "to": cap}
    return _ordered(test, stratified_order(labels_of(test), priority(test, 0, "test"), one_each=True)[:cap])


def _unlabelled(pool: Examples, chosen: Rows, spec: SplitSpec, notes: dict[str, Any]) -> Examples:
    """Texts of the training pool beyond train, labels gone."""
    if spec.unlabelled == 0:
        return pool.take([]).without_labels()
    rest = np.setdiff1d(np.arange(len(pool)), chosen)
    if spec.unlabelled == "pool":
        return _ordered(pool, rest).without_labels()
    if len(rest) < spec.unlabelled:
        notes["unlabelled_short"] = {"wanted": spec.unlabelled, "got": len(rest)}
    order = np.argsort(priority(pool, spec.split_seed, "unlabelled")[rest], kind="stable")
    return _ordered(pool, rest[order[: spec.unlabelled]]).without_labels()


def _ordered(part: Examples, rows: Rows) -> Examples:
    """These rows, sorted by example id."""
    return part.take(rows[np.argsort(part.ids[rows], kind="stable")])


def _refuse_shots(shots: Shots) -> None:
    if shots.kind != "all":
        raise UserError(
            "An imbalanced cell was given a number of shots.", "It sets its own class sizes, so that shots must be `all`.", "Set shots = [\"all\"]."
        )
