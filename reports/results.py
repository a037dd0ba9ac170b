"""A results folder, ready to be reported: blocks (one suite, profile and protocol), their cells, arms and runs."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from benchmark.records import UserError, unknown
from benchmark.records.frame import load_results
from benchmark.records.manifest import Manifest
from benchmark.records.store import RecordStore
from reports.cells import CellKey
from reports.floor import majority_score
from reports.mixed import told_apart

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.records.record import RunRecord

FIRST = ("ce", "ce-null", "ce-matched", "tfidf", "probe")  # baselines stand above the methods


class Unit(NamedTuple):
    """What two arms share when they are compared: the split, and the seed where the method draws one (-1: none)."""

    split: int
    seed: int


@dataclass(frozen=True)
class Runs:
    """The runs of one arm in one cell.

    Args:
        frame: their rows, planned ones included.
    """

    arm: str
    cell: CellKey
    frame: pd.DataFrame

    @property
    def planned(self) -> int:
        """How many were planned."""
        return len(self.frame)

    @cached_property
    def done(self) -> pd.DataFrame:
        """Those that finished with a finite score."""
        return self.frame[(self.frame["status"] == "done") & self.frame["value"].notna()]

    @cached_property
    def scores(self) -> dict[Unit, float]:
        """Unit -> the primary metric on the test set, as a fraction of 1."""
        return {unit: float(value) for unit, value in zip(self.units, self.done["value"], strict=True)}

    @cached_property
    def dev(self) -> dict[Unit, float]:
        """Unit -> the primary metric on the development set; a run without one is not there."""
        told = zip(self.units, self.done["dev_value"], strict=True)
        return {unit: float(value) for unit, value in told if math.isfinite(value)}

    @cached_property
    def units(self) -> list[Unit]:
        """The unit of every finished run, in the order of `done`."""
        seeds = self.done["seed"].fillna(-1)
        return [Unit(int(split), int(seed)) for split, seed in zip(self.done["split_seed"], seeds, strict=True)]

    @cached_property
    def keys(self) -> dict[Unit, str]:
        """Unit -> the key of its record."""
        return dict(zip(self.units, self.done["key"], strict=True))

    @property
    def failed(self) -> int:
        """How many ended with an error."""
        return int((~self.frame["status"].isin(["done", "missing"])).sum())

    @property
    def missing(self) -> int:
        """How many are not there."""
        return int((self.frame["status"] == "missing").sum())

    @cached_property
    def alarms(self) -> Counter[str]:
        """Alarm -> how many runs raised it."""
        return Counter(alarm for told in self.frame["alarms"] for alarm in json.loads(told))

    def mean(self, column: str) -> float | None:
        """The mean of a column over the finished runs."""
        values = self.done[column].dropna()
        return float(values.mean()) if len(values) else None


@dataclass(frozen=True)
class Block:
    """All runs of one suite, profile and protocol.

    Args:
        frame: the tidy rows, trials of the tuner left out.
        trials: how many of those there were.
        order: the arms in the order of the plan.
        mixed: arms that had to be told apart, in words.
    """

    suite: str
    profile: str
    protocol: str
    frame: pd.DataFrame
    store: RecordStore = field(repr=False)
    trials: int = 0
    order: tuple[str, ...] = ()
    declared_stand_in: bool = False
    mixed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The block in words of a file name; `*` marks a profile that an option overrides."""
        words = (self.suite or "unplanned", self.profile or "no-profile", self.protocol)
        return ".".join(words).replace("*", "+")

    @property
    def title(self) -> str:
        """The block as tables name it."""
        return f"suite {self.suite or '(no plan)'}, profile {self.profile or '(no plan)'}, protocol {self.protocol}"

    @property
    def stand_in(self) -> bool:
        """Whether data or encoder stand in for real ones."""
        return self.declared_stand_in or bool((self.frame["task_source"] == "embedded").any())

    @cached_property
    def cells(self) -> list[CellKey]:
        """The cells, by task, then shots, then noise."""
        return sorted({CellKey.of(row) for row in self._distinct()})

    def _distinct(self) -> Iterator[Mapping[Any, Any]]:
        yield from self.frame[list(CellKey.COLUMNS)].drop_duplicates().to_dict("records")

    @cached_property
    def arms(self) -> list[str]:
        """The arms: baselines first, then in the order of the plan."""
        present = list(dict.fromkeys(self.frame["variant"]))
        rank = {name: i for i, name in enumerate([*FIRST, *self.order])}
        return sorted(present, key=lambda name: (rank.get(name, len(rank)), name))

    @cached_property
    def runs(self) -> dict[tuple[str, CellKey], Runs]:
        """(arm, cell) -> its runs; an arm that was not planned in a cell is not there."""
        columns = list(CellKey.COLUMNS)
        groups = self.frame.groupby(["variant", *columns], dropna=False, sort=False)
        found = {}
        for place, rows in groups:
            arm, *values = cast("tuple[Any, ...]", place)
            cell = CellKey.of(dict(zip(columns, values, strict=True)))
            found[arm, cell] = Runs(arm, cell, rows)
        return found

    def record(self, key: str) -> RunRecord | None:
        """One record, with its predictions."""
        if key not in self._records:
            self._records[key] = self.store.get(key)
        return self._records[key]

    @cached_property
    def _records(self) -> dict[str, RunRecord | None]:
        return {}

    def example(self, cell: CellKey, arm: str | None = None) -> RunRecord | None:
        """One finished record of the cell: what all of its runs share stands in it."""
        for (name, where), runs in self.runs.items():
            if where == cell and arm in (None, name):
                for key in runs.done["key"]:
                    record = self.record(key)
                    if record is not None:
                        return record
        return None

    @cached_property
    def gold(self) -> dict[CellKey, tuple[int, ...]]:
        """Cell -> gold labels of its test set; a cell without a readable test set is not there."""
        found = {}
        for cell in self.cells:
            labels = self._labels(self.example(cell))
            if labels:
                found[cell] = labels
        return found

    def _labels(self, record: RunRecord | None) -> tuple[int, ...]:
        if record is None or record.testset is None:
            return ()
        if record.testset not in self._testsets:
            try:
                self._testsets[record.testset] = tuple(self.store.take("testsets", record.testset)["labels"])
            except UserError:
                self._testsets[record.testset] = ()
        return self._testsets[record.testset]

    @cached_property
    def _testsets(self) -> dict[str, tuple[int, ...]]:
        return {}

    def majority(self, cell: CellKey) -> float | None:
        """The score of always naming the most frequent class of the test set; None where it is not known."""
        labels = self.gold.get(cell)
        return majority_score(cell.metric, labels) if labels else None


@dataclass(frozen=True)
class Results:
    """Everything in a folder."""

    folder: Path
    blocks: tuple[Block, ...]
    problems: tuple[tuple[str, str], ...]

    def of(self, suite: str | None) -> tuple[Block, ...]:
        """The blocks of a suite, or all."""
        if suite is None:
            return self.blocks
        found = tuple(block for block in self.blocks if block.suite == suite)
        if not found:
            raise unknown("suite", suite, {block.suite for block in self.blocks}, f"These are the suites with records in {self.folder}.")
        return found


def read_results(folder: Path | str) -> Results:
    """Read a folder of records and manifests.

    Raises:
        UserError: a folder without results.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    frame = load_results(folder)
    store = RecordStore(folder)
    if not len(frame):
        listed = "; ".join(f"{file}: {reason}" for file, reason in frame.attrs["problems"][:5])
        raise UserError(f"No record or manifest in {str(folder)!r} can be read ({listed}).", "", "Run the suite again with --results DIR.")
    plans = [plan for plan in store.manifests() if isinstance(plan, Manifest)]
    groups = frame.groupby(["suite", "profile", "protocol"], sort=True)
    blocks = tuple(_block(cast("tuple[str, str, str]", where), rows, store, plans) for where, rows in groups)
    return Results(folder, blocks, tuple(frame.attrs["problems"]))


def _block(where: tuple[str, str, str], rows: pd.DataFrame, store: RecordStore, plans: list[Manifest]) -> Block:
    mine = [plan for plan in plans if (plan.suite, plan.profile, plan.protocol) == where]
    order = tuple(dict.fromkeys(row.arm for plan in mine for row in plan.rows))
    arms = rows[rows["role"] != "trial"]
    kept, mixed = told_apart(arms, store)
    return Block(*where, kept, store, len(rows) - len(arms), order, any(plan.stand_in for plan in mine), mixed)
