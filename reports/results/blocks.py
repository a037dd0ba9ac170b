"""A results folder, ready to be reported: blocks (one suite, profile and protocol), their cells, arms and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmark.errors import UserError, unknown
from benchmark.metrics.majority_score import majority_score
from benchmark.records.frame import load_results
from benchmark.records.manifest import Manifest
from benchmark.records.store import RecordStore
from benchmark.stats.pairing import plain
from reports.results.duplicate_arms import separate_duplicates
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.records.record import RunRecord

FIRST = ("ce", "ce-null", "ce-matched", "tfidf", "probe")  # baselines stand above the methods


@dataclass(frozen=True)
class Block:
    """All runs of one suite, profile and protocol.

    Args:
        frame: the tidy rows, trials of the tuner left out.
        trials: how many of those there were.
        order: the arms in the order of the plan.
        mixed: arms that had to be told apart, in words.
        records: key -> record, of all blocks.
        design: what a search or looks have decided, as the furthest manifest keeps it.
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
    records: Mapping[str, RunRecord] = field(default_factory=dict, repr=False)
    design: Mapping[str, Any] = field(default_factory=dict, repr=False)

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
    def cells(self) -> list[ScoredCell]:
        """The cells, by task, then shots, then noise."""
        return sorted({ScoredCell.of_row(row) for row in self._distinct()})

    def _distinct(self) -> Iterator[Mapping[Any, Any]]:
        yield from self.frame[list(ScoredCell.COLUMNS)].drop_duplicates().to_dict("records")

    @cached_property
    def arms(self) -> list[str]:
        """The arms: baselines first, then in the order of the plan."""
        present = list(dict.fromkeys(self.frame["variant"]))
        rank = {name: i for i, name in enumerate([*FIRST, *self.order])}
        return sorted(present, key=lambda name: (rank.get(name, len(rank)), name))

    @cached_property
    def runs(self) -> dict[tuple[str, ScoredCell], Runs]:
        """(arm, cell) -> its runs; an arm that was not planned in a cell is not there."""
        groups: dict[tuple[str, ScoredCell], list[Mapping[Any, Any]]] = {}
        for row in self.frame.to_dict("records"):
            groups.setdefault((str(row["variant"]), ScoredCell.of_row(row)), []).append(row)
        return {(arm, cell): Runs(arm, cell, tuple(rows)) for (arm, cell), rows in groups.items()}

    def record(self, key: str) -> RunRecord | None:
        """One record, with its predictions."""
        return self.records.get(key)

    def example(self, cell: ScoredCell, arm: str | None = None) -> RunRecord | None:
        """One finished record of the cell: what all of its runs share stands in it."""
        for (name, where), runs in self.runs.items():
            if where == cell and arm in (None, name):
                for key in runs.keys.values():
                    record = self.record(key)
                    if record is not None:
                        return record
        return None

    @cached_property
    def gold(self) -> dict[ScoredCell, tuple[int, ...]]:
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

    def pool_size(self, cell: ScoredCell) -> int | None:
        """Rows that the cell's training sets are drawn from; None where no record tells."""
        sizes = [plain(row["pool_size"]) for (_, where), runs in self.runs.items() if where == cell for row in runs.rows]
        return next((int(str(size)) for size in sizes if size is not None), None)

    def majority(self, cell: ScoredCell) -> float | None:
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
    records: dict[str, RunRecord] = {}
    frame = load_results(folder, keep=records)
    store = RecordStore(folder)
    if not len(frame):
        listed = "; ".join(f"{file}: {reason}" for file, reason in frame.attrs["problems"][:5])
        raise UserError(f"No record or manifest in {str(folder)!r} can be read ({listed}).", "", "Run the suite again with --results DIR.")
    plans = [plan for plan in store.manifests() if isinstance(plan, Manifest)]
    groups = frame.groupby(["suite", "profile", "protocol"], sort=True)
    blocks = tuple(_block(cast("tuple[str, str, str]", where), rows, store, plans, records) for where, rows in groups)
    return Results(folder, blocks, tuple(frame.attrs["problems"]))


def _block(
    where: tuple[str, str, str], rows: pd.DataFrame, store: RecordStore, plans: list[Manifest], records: dict[str, RunRecord]
) -> Block:
    mine = [plan for plan in plans if (plan.suite, plan.profile, plan.protocol) == where]
    order = tuple(dict.fromkeys(row.arm for plan in mine for row in plan.rows))
    arms = rows[rows["role"] != "trial"]
    kept, mixed = separate_duplicates(arms, store)
    return Block(*where, kept, store, len(rows) - len(arms), order, any(plan.stand_in for plan in mine), mixed, records, _design(mine))


def _design(plans: list[Manifest]) -> dict[str, Any]:
    """Of the manifests of one search or one row of looks, what the furthest says."""
    return max((plan.design for plan in plans), key=_reached, default={})


def _reached(design: Mapping[str, Any]) -> tuple[bool, int]:
    return "choices" in design.get("search", {}), len(design.get("looks", {}).get("table", []))
