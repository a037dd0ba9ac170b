"""One draw of a task: nested training shots, a development set, unlabelled text and a test set. Pure, and free of row order.

Every choice ranks example ids by numbers drawn from (split seed, name of the draw), never by a library's shuffle, so that the
20 are inside the 100 and other rows do not matter.
"""

from __future__ import annotations

import numpy as np

from benchmark.config.shots import Shots
from benchmark.data.examples import Split, TaskData
from benchmark.data.splits.long_tail import long_tail
from benchmark.data.splits.pools import halves_validation, separate
from benchmark.data.splits.sampling_draws import Notes, development, scoring_set, shots_of, unlabelled
from benchmark.data.splits.stratification import Rows
from benchmark.errors import UserError
from benchmark.records.spec import SplitSpec


def make_split(data: TaskData, spec: SplitSpec) -> Split:
    """Draw train, dev, unlabelled and test. Each part is sorted by example id.

    `notes` may hold: removed_from_train_in_test, removed_from_train_in_dev, removed_from_dev_in_test, removed_from_dev_in_train
    (counts of rows); classes_absent_from_train (names); class_shortfall (name -> wanted, got); class_sizes (long tails);
    dev_short, unlabelled_short (wanted, got); test_capped, test_balanced, test_halved (from, to).

    Raises:
        UserError: malformed shots, more shots than examples or fewer than classes, one class only, shots beside an imbalance.
    """
    shots = Shots.parse(spec.shots)
    pools = separate(data, spec)
    notes: Notes = {name: count for name, count in pools.removed.items() if count}
    _look_at_classes(data, pools.train.labels, notes)
    if spec.imbalance is None:
        chosen = shots_of(data, pools.train, shots, spec.split_seed, notes)
        dev = development(pools, spec, shots, len(chosen), notes)
    else:
        _refuse_shots(shots)
        chosen, dev = long_tail(data, pools, spec.imbalance, spec.split_seed, notes)
    if halves_validation(data, spec):
        notes["test_halved"] = {"from": len(data.test), "to": len(pools.test)}
    test = scoring_set(pools.test, spec.test_cap, spec.imbalance is not None, notes)
    beside = unlabelled(pools.train, chosen, spec, notes)
    return Split(pools.train.take(chosen), dev, test, beside, notes, len(data.train) - pools.removed["removed_from_train_in_test"])


def _look_at_classes(data: TaskData, labels: Rows, notes: Notes) -> None:
    there = np.bincount(labels, minlength=len(data.label_names))
    if np.count_nonzero(there) < 2:
        raise UserError(
            f"The training rows of {data.task!r} hold fewer than two classes.", "At least two are needed.", "Add rows of the others."
        )
    absent = [name for c, name in enumerate(data.label_names) if not there[c]]
    if absent:
        notes["classes_absent_from_train"] = absent


def _refuse_shots(shots: Shots) -> None:
    if shots.kind != "all":
        raise UserError(
            "A cell with an imbalance was given a number of shots.",
            "It sets its own class sizes, so that shots must be `all`.",
            'Set shots = ["all"].',
        )
