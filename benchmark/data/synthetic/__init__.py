"""Embedded data: sentences of our own in the schema of SST-2, QNLI and MNLI, from a seeded grammar. A stand-in for the real tasks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from benchmark.config.task import load_task, task_names
from benchmark.data.examples import TaskData
from benchmark.data.sources.assembly import EMBEDDED, assemble
from benchmark.data.sources.columns import Columns
from benchmark.data.synthetic.dice import Dice
from benchmark.data.synthetic.inference import inference
from benchmark.data.synthetic.questions import question
from benchmark.data.synthetic.reviews import review
from benchmark.errors import UserError
from benchmark.streams import derive

VERSION = 2
TRAIN, TEST = 1998, 300  # rows; both can be split evenly into two and into three classes
Pair = tuple[str, str | None]
MAKERS: dict[str, Callable[[Dice, int], Pair]] = {"sst2": review, "qnli": question, "mnli": inference}


@cache
def embedded_data(task_name: str) -> TaskData:
    """The stand-in for a task: 1,998 training and 300 test rows, labels balanced, no text twice. Always the same rows.

    Raises:
        UserError: the grammar has no stand-in for this task.
    """
    if task_name not in MAKERS:
        raise UserError(
            f"Task {task_name!r} has no embedded stand-in.",
            f"The grammar speaks {', '.join(name for name in task_names() if load_task(name).embedded)}.",
            "Choose among these (--tasks), or use the profile `laptop` with --data-root DIR.",
        )
    task = load_task(task_name)
    rows = _rows(task_name, len(task.label_names))
    return assemble(task, EMBEDDED, {"train": _columns(rows[TEST:], "train"), "test": _columns(rows[:TEST], "test")})


def _rows(task_name: str, classes: int) -> list[tuple[Pair, int]]:
    """TEST + TRAIN rows, all different, labels in turn."""
    dice = Dice(derive("grammar", VERSION, task_name))
    rows: dict[Pair, int] = {}
    while len(rows) < TEST + TRAIN:
        label = len(rows) % classes
        rows.setdefault(MAKERS[task_name](dice, label), label)
    return list(rows.items())


def _columns(rows: list[tuple[Pair, int]], split: str) -> Columns:
    seconds = [second for (_, second), _ in rows]
    pair = all(second is not None for second in seconds)
    return Columns(f"grammar ({split})", [first for (first, _), _ in rows], seconds if pair else None, [label for _, label in rows])
