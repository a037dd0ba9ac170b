"""The draws from the pools: training shots, development set, test set, unlabelled text. Each ranks rows and takes a prefix."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.config.shots import Shots
from benchmark.data.examples import Examples, TaskData
from benchmark.data.splits.pools import CARVE, Pool, Pools
from benchmark.data.splits.stratification import Rows, class_ranks, stratified_order
from benchmark.errors import UserError
from benchmark.records.spec import SplitSpec

PAPER_DEV = 500  # examples that select in the paper's few-shot protocol (docs/protocol.md)
Notes = dict[str, Any]


def shots_of(data: TaskData, pool: Pool, shots: Shots, split_seed: int, notes: Notes) -> Rows:
    """The training rows, as positions in the pool. UserError for more shots than examples, or fewer than classes."""
    ranking, labels = pool.priority(split_seed, "train"), pool.labels
    if shots.kind == "per-class":
        return first_of_each(data, pool, ranking, np.full(len(data.label_names), int(shots.value)), notes)
    wanted, classes = shots.total_of(len(pool)), int(np.count_nonzero(np.bincount(labels)))
    if not classes <= wanted <= len(pool):
        raise UserError(
            f"{wanted} shots were asked for; task {data.task!r} has {len(pool)} training examples "
            f"in {classes} classes (without test and development).",
            f"Allowed: {classes} (one for every class) to {len(pool)}, or all.",
            "Correct --shots.",
        )
    return stratified_order(labels, ranking, one_each=True)[:wanted]


def first_of_each(data: TaskData, pool: Pool, ranking: Any, wanted: Rows, notes: Notes) -> Rows:
    """The first `wanted[c]` rows of every class c; classes that have fewer are noted. UserError where all of them do."""
    labels = pool.labels
    there = np.bincount(labels, minlength=len(wanted))
    short = np.flatnonzero(there < wanted)
    if len(short) == len(wanted):
        raise UserError(
            f"{wanted.max()} examples of a class were asked for; no class of task {data.task!r} has as many as it should.",
            f"The largest has {there.max()} training examples (without test and development).",
            "Ask for fewer.",
        )
    if len(short):
        notes["class_shortfall"] = {data.label_names[c]: {"wanted": int(wanted[c]), "got": int(there[c])} for c in short}
    return np.flatnonzero(class_ranks(labels, ranking) < wanted[labels])


def development(pools: Pools, spec: SplitSpec, shots: Shots, n_train: int, notes: Notes) -> Examples:
    """As many as the shots (500 in the paper's few-shot protocol), at most the pool, and at most 10 % of train where all trains."""
    paper = spec.protocol == "paper" and shots.kind != "all"
    wanted = PAPER_DEV if paper else n_train
    size = min(wanted, len(pools.dev))
    if shots.kind == "all" and pools.dev.part is not pools.train.part:  # a carved pool is 10 % of train already
        size = min(size, int(CARVE * len(pools.train)))
    elif size < wanted and shots.kind != "all":
        notes["dev_short"] = {"wanted": wanted, "got": size}
    ranking = pools.dev.priority(0 if paper else spec.split_seed, "dev")
    return pools.dev.take(stratified_order(pools.dev.labels, ranking, one_each=True)[:size])


def scoring_set(pool: Pool, cap: int | None, balanced: bool, notes: Notes) -> Examples:
    """All of the test set, or its largest balanced part, or a stratified part of `cap` rows; the same for every split seed."""
    ranking, whole = pool.priority(0, "test"), len(pool)
    if balanced:
        ranks, counts = class_ranks(pool.labels, ranking), np.bincount(pool.labels)
        pool = Pool(pool.part, pool.rows[ranks < counts[counts > 0].min()])
        ranking = pool.priority(0, "test")
        notes["test_balanced"] = {"from": whole, "to": len(pool)}
    order = stratified_order(pool.labels, ranking, one_each=True)
    if cap is not None and cap < len(pool):
        notes["test_capped"] = {"from": len(pool), "to": cap}
    return pool.take(order[:cap])


def unlabelled(pool: Pool, chosen: Rows, spec: SplitSpec, notes: Notes) -> Examples:
    """Texts of the training pool beyond train, labels gone."""
    rest = np.setdiff1d(np.arange(len(pool)), chosen)
    if spec.unlabelled != "pool":
        if len(rest) < spec.unlabelled:
            notes["unlabelled_short"] = {"wanted": spec.unlabelled, "got": len(rest)}
        order = np.argsort(pool.priority(spec.split_seed, "unlabelled")[rest], kind="stable")
        rest = rest[order[: spec.unlabelled]]
    return pool.take(rest).without_labels()
