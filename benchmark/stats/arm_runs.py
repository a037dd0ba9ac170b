"""The runs of one arm in one cell, as pairing needs them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmark.errors import UserError

READ = ["split_seed", "seed", "status", "value", "alarms", "n_train", "n_test"]  # what pairing reads of a row
COLLAPSED = ("at or below majority", "constant predictions")

Label = tuple[int, int | None]


class Run(NamedTuple):
    """One run as pairing sees it: its score, its status, whether it collapsed."""

    value: float
    status: str
    collapsed: bool


@dataclass(frozen=True)
class ArmRuns:
    """All planned runs of one arm in one cell, by (split, seed).

    Args:
        largest: examples of its largest training set; None where no run tells.
    """

    name: str
    runs: Mapping[Label, Run]
    largest: int | None = None


def runs_of(name: str, rows: Iterable[Mapping[Any, Any]], majority: float | None = None) -> ArmRuns:
    """The runs of one arm in one cell.

    Args:
        rows: its rows, with the columns `READ`.
        majority: the majority rate of the test set; a run at most one standard error above it counts as collapsed. Where None, runs
            with the alarm `at or below majority` or `constant predictions` do.

    Raises:
        UserError: several runs on one (split, seed).
    """
    runs: dict[Label, Run] = {}
    sizes = []
    for row in rows:
        seed, size = plain(row["seed"]), plain(row["n_train"])
        label = (int(row["split_seed"]), None if seed is None else int(str(seed)))
        if label in runs:
            raise UserError(f"{name!r} has two runs on split {label[0]}, seed {label[1]} in one cell.", "One.", "Give one suite.")
        status = "no score" if row["status"] == "done" and not math.isfinite(row["value"]) else str(row["status"])
        runs[label] = Run(row["value"], status, status == "done" and _collapsed(row, majority))
        sizes += [] if size is None else [int(str(size))]
    return ArmRuns(name, runs, max(sizes, default=None))


def _collapsed(row: Mapping[Any, Any], majority: float | None) -> bool:
    if majority is None:
        return any(str(alarm).startswith(COLLAPSED) for alarm in json.loads(str(row["alarms"]) or "[]"))
    error = math.sqrt(majority * (1 - majority) / int(row["n_test"]))
    return bool(row["value"] <= majority + error)


def plain(value: object) -> object:
    """None for what pandas calls missing."""
    return None if value is None or type(value).__name__ == "NAType" or value != value else value
