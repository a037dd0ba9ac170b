"""A results folder, ready to be reported: blocks (one suite, profile and protocol), their cells, arms and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import UserError, unknown
from benchmark.metrics.majority_score import majority_score
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.frame import PlanSummary, ResultsFolder, StoredRun, as_frame, read_folder
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.stats.pairing import plain
from reports.results.arm_role import ArmRole, arm_role, installed_role
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell
from reports.results.separation import separate

if TYPE_CHECKING:
    import pandas as pd


FIRST = ("baseline", "null", "matched")  # families whose arms stand above the methods


@dataclass(frozen=True)
class Block:
    """All runs of one suite, profile and protocol.

    Args:
        frame: the tidy rows, trials of the tuner left out.
        trials: how many of those there were.
        trial_rows: their rows, for what a tuning budget buys; they enter no other number.
        order: the arms in the order of the plan.
        separated: which arms and cells had to be separated, in words.
        stored: key -> what a record holds beyond its row, of all blocks.
        settings: id -> spec without seeds, of all blocks.
        design: what a search or looks have decided, as the furthest manifest keeps it.
        declared: arm -> what it is for, where a manifest tells.
        baseline: the arm that its suite compares the others with; "" where no manifest tells.
    """

    suite: str
    profile: str
    protocol: str
    frame: pd.DataFrame
    store: RecordStore = field(repr=False)
    trials: int = 0
    order: tuple[str, ...] = ()
    declared_stand_in: bool = False
    separated: tuple[str, ...] = ()
    stored: Mapping[str, StoredRun] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    design: Mapping[str, Any] = field(default_factory=dict, repr=False)
    declared: Mapping[str, ArmRole] = field(default_factory=dict, repr=False)
    baseline: str = ""
    trial_rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @cached_property
    def roles(self) -> dict[str, ArmRole]:
        """Arm -> what it is for: as its manifest declares it, or else as the installed method of that name does."""
        names = {arm: arm.partition(" [")[0] for arm in dict.fromkeys(self.frame["variant"])}
        return {arm: self.declared.get(name) or installed_role(name) for arm, name in names.items()}

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
        yield from self.frame[[*ScoredCell.COLUMNS, "apart"]].drop_duplicates().to_dict("records")

    @cached_property
    def arms(self) -> list[str]:
        """The arms: the suite's baseline, other baselines, noise floor and matched compute first, then in the order of the plan."""
        rank = {name: i for i, name in enumerate(self.order)}

        def order(arm: str) -> tuple[bool, bool, int, str]:
            name = arm.partition(" [")[0]
            return name != (self.baseline or "ce"), self.roles[arm].family not in FIRST, rank.get(name, len(rank)), arm

        return sorted(self.roles, key=order)

    @cached_property
    def uneven(self) -> bool:
        """Whether arms or cells differ in how many runs were planned: then every number says its own."""
        return len({runs.planned for runs in self.runs.values()}) > 1

    @cached_property
    def runs(self) -> dict[tuple[str, ScoredCell], Runs]:
        """(arm, cell) -> its runs; an arm that was not planned in a cell is not there."""
        groups: dict[tuple[str, ScoredCell], list[Mapping[Any, Any]]] = {}
        for row in self.frame.to_dict("records"):
            groups.setdefault((str(row["variant"]), ScoredCell.of_row(row)), []).append(row)
        return {(arm, cell): Runs(arm, cell, tuple(rows)) for (arm, cell), rows in groups.items()}

    def of_cell(self, cell: ScoredCell) -> Iterator[Runs]:
        """The runs of every arm in a cell."""
        yield from (runs for (_, where), runs in self.runs.items() if where == cell)

    @property
    def selections(self) -> set[str]:
        """The rules by which runs choose their checkpoint."""
        budgets = (self.settings.get(name, {}).get("budget") for name in set(self.frame["setting"]))
        return {budget["selection"] for budget in budgets if budget is not None}

    @cached_property
    def gold(self) -> dict[ScoredCell, tuple[int, ...]]:
        """Cell -> gold labels of its test set; a cell without a readable test set is not there."""
        found = {}
        for cell in self.cells:
            named = (self.stored[key].testset for runs in self.of_cell(cell) for key in runs.keys.values() if key in self.stored)
            labels = self._labels(next(named, None))
            if labels:
                found[cell] = labels
        return found

    def _labels(self, testset: str | None) -> tuple[int, ...]:
        if testset is None:
            return ()
        if testset not in self._testsets:
            try:
                self._testsets[testset] = tuple(self.store.get_shared("testsets", testset)["labels"])
            except UserError:  # named among the problems of the folder
                self._testsets[testset] = ()
        return self._testsets[testset]

    @cached_property
    def _testsets(self) -> dict[str, tuple[int, ...]]:
        return {}

    def pool_size(self, cell: ScoredCell) -> int | None:
        """Rows that the cell's training sets are drawn from; None where no record tells."""
        sizes = [plain(row["pool_size"]) for runs in self.of_cell(cell) for row in runs.rows]
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


def read_results(folder: Path | str, seen: Callable[[RunRecord], object] | None = None) -> Results:
    """Read a folder of records and manifests; every score is held against its predictions and gold labels.

    Args:
        seen: gets every record that can be read, as it is read: once is enough for all that a report takes from it.

    Raises:
        UserError: a folder without results.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    store = RecordStore(folder)
    scores = StoredScores(store)
    found = read_folder(folder, examine=scores if seen is None else lambda record: (seen(record), scores(record))[1])
    problems = (*found.problems, *scores.problems)
    if not found.rows:
        listed = "; ".join(f"{file}: {reason}" for file, reason in problems[:5])
        raise UserError(f"No record or manifest in {str(folder)!r} can be read ({listed}).", "", "Run the suite again with --results DIR.")
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in found.rows:
        groups.setdefault((row["suite"], row["profile"], row["protocol"]), []).append(row)
    blocks = tuple(_block(where, rows, store, found) for where, rows in sorted(groups.items()))
    return Results(folder, blocks, tuple((file, reason) for file, reason in problems))


def _block(where: tuple[str, str, str], rows: list[dict[str, Any]], store: RecordStore, found: ResultsFolder) -> Block:
    mine = [plan for plan in found.plans if (plan.suite, plan.profile, plan.protocol) == where]
    arms, design = [row for row in rows if row["role"] != "trial"], _design(mine)
    separated = separate(arms, found.settings, tuned="search" in design)
    return Block(
        *where,
        as_frame(separated.rows, more=("apart",)),
        store,
        trials=len(rows) - len(arms),
        order=tuple(dict.fromkeys(arm for plan in mine for arm in plan.arms)),
        declared_stand_in=any(plan.stand_in for plan in mine),
        separated=separated.notes,
        stored=found.runs,
        settings=found.settings,
        design=design,
        declared={arm: arm_role(*told) for plan in mine for arm, told in plan.declared.items()},
        baseline=next((plan.baseline for plan in mine if plan.baseline), ""),
        trial_rows=tuple(row for row in rows if row["role"] == "trial"),
    )


def _design(plans: list[PlanSummary]) -> dict[str, Any]:
    """The design of the furthest of the manifests of one search or one sequence of looks."""
    return max((plan.design for plan in plans), key=_reached, default={})


def _reached(design: Mapping[str, Any]) -> tuple[bool, int]:
    return "choices" in design.get("search", {}), len(design.get("looks", {}).get("table", []))
