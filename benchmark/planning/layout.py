"""From arms on cells and seeds to runs: each arm is specified once per cell and size of its splits, then placed on its seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from benchmark.cell import Cell
from benchmark.config.suite import Arm
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import TaskData
from benchmark.data.splits.split_sizes import fixed_sizes
from benchmark.errors import UserError
from benchmark.planning import loaded_data
from benchmark.planning.grid import Grid
from benchmark.planning.planned_run import CellContext, DrawnSplit, PlannedRun, Template, make_split_spec, make_template, shape_of
from benchmark.planning.run_seeds import RunSeeds
from benchmark.planning.workspace import Workspace


@dataclass(frozen=True)
class Strand:
    """One arm in one cell on some seeds."""

    cell: Cell
    arm: Arm
    seeds: tuple[RunSeeds, ...]


def whole_grid(grid: Grid) -> list[Strand]:
    """Every arm in every cell on every seed."""
    return [Strand(cell, arm, grid.seeds) for cell in grid.cells for arm in grid.arms]


def lay_out(grid: Grid, strands: Sequence[Strand], workspace: Workspace) -> Iterator[PlannedRun]:
    """The runs of some strands in rounds: every cell on its first seed, then every cell on its second, ..., so that a command that is
    interrupted leaves all cells equally far. Runs that share a split or a phase stand together."""
    cells: dict[Cell, list[Strand]] = {}
    for strand in strands:
        cells.setdefault(strand.cell, []).append(strand)
    by_seed = [list(_in_cell(grid, cell, group, workspace)) for cell, group in cells.items()]
    for one_round in zip_longest(*by_seed, fillvalue=()):
        for runs in one_round:
            yield from runs


def _in_cell(grid: Grid, cell: Cell, group: list[Strand], workspace: Workspace) -> Iterator[Sequence[PlannedRun]]:
    """The runs of a cell, seed by seed."""
    data = loaded_data.task_data(cell.task, workspace)
    sizes = Sizes(grid, cell, data)
    arms = [strand.arm for strand in group if strand.arm.trial is None] or list(grid.arms)
    context = CellContext(grid, cell, data, arms)
    templates: dict[tuple[int, TaskInfo, int], Template] = {}
    members = [(number, strand.arm, frozenset(strand.seeds)) for number, strand in enumerate(group)]
    for replicate in dict.fromkeys(replicate for strand in group for replicate in strand.seeds):
        split = sizes.of(replicate.split)
        runs = []
        for number, arm, seeds in members:
            if replicate not in seeds:
                continue
            place = (number, split.shape, split.n_test)
            if place not in templates:
                templates[place] = make_template(context, arm, split)
            runs.append(templates[place].on(split.spec, replicate))
        yield runs


class Sizes:
    """The splits of a cell by split seed: spec, shape, and number of test examples. Where no seed changes a size, one draw tells all."""

    def __init__(self, grid: Grid, cell: Cell, data: TaskData) -> None:
        self._grid, self._cell, self._data = grid, cell, data
        self._known: tuple[TaskInfo, int] | None = None
        self._fixed: bool | None = None

    def of(self, split_seed: int) -> DrawnSplit:
        """The split of one seed. UserError where it cannot be drawn."""
        spec = make_split_spec(self._grid, self._cell, split_seed)
        if self._known is not None and self._fixed:
            return DrawnSplit(spec, *self._known)
        split = loaded_data.drawn(self._data, spec)
        self._known = (shape_of(self._data, split, self._cell, self._grid.suite.dev), len(split.test))
        if self._fixed is None:
            self._fixed = fixed_sizes(self._data, spec)
        return DrawnSplit(spec, *self._known)


def unique(runs: Iterator[PlannedRun]) -> list[PlannedRun]:
    """One run per key (tfidf on every seed of one split is one run).

    Raises:
        UserError: two arms that are the same run under two names.
    """
    kept, twins = once(runs)
    if twins:
        first, second = twins[0]
        raise UserError(
            f"The arms {first!r} and {second!r} are the same run: method and parameters are equal.",
            "Each arm of a comparison differs from the others.",
            "Leave one out, or change its parameters.",
        )
    return kept


def once(runs: Iterator[PlannedRun]) -> tuple[list[PlannedRun], list[tuple[str, str]]]:
    """The first run of every key, and the arms that share one, as (first, other)."""
    kept: dict[str, PlannedRun] = {}
    twins: dict[tuple[str, str], None] = {}
    for run in runs:
        first = kept.setdefault(run.key, run)
        if first.arm.name != run.arm.name:
            twins[first.arm.name, run.arm.name] = None
    return list(kept.values()), list(twins)
