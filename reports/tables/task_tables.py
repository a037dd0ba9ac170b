"""Task by task: each arm's mean and its difference to the baseline, one table per task; and the same for other metrics and baselines, for
readers who choose."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from benchmark.stats.intervals import t_interval
from benchmark.stats.pairing import ArmRuns, pair, runs_of
from reports.analysis import context
from reports.analysis.analysis import Analysis
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.means_table import mean_cell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words
from reports.tables.vs_baseline import difference_cell

METRICS = {"accuracy": 100.0, "macro_f1": 100.0, "mcc": 100.0, "nll": 1.0, "brier": 1.0, "ece": 100.0}  # name -> scale of its display
COMPARED_WITH = ("matched", "control", "baseline")  # families whose arms may stand in the baseline's place; the noise floor is a band
LESS_IS_BETTER = ("nll", "brier", "ece")
MOST_BASELINES, MOST_TABLES = 10, 60  # of the tables that a reader chooses from: a page stays a page


@dataclass(frozen=True)
class TableChoice:
    """A table that a reader can choose: its metric, number of labels (with noise), and baseline."""

    metric: str
    level: str
    against: str
    table: Table


def choices(analysis: Analysis) -> list[TableChoice]:
    """Mean and difference of every arm, one table per metric, number of labels and baseline: the report's own baseline first with every
    metric, then arms of matched compute, controls and other baselines with the first one; at most `MOST_TABLES`. One choice is none."""
    runs = _MetricRuns(analysis.block)
    found = list(islice(_choices(analysis, runs), MOST_TABLES))
    return found if len(found) > 1 else []


def _choices(analysis: Analysis, runs: _MetricRuns) -> Iterator[TableChoice]:
    levels: dict[str, list[ScoredCell]] = {}
    for cell in sorted(analysis.block.cells, key=lambda cell: (cell.examples, cell.noise_level)):
        levels.setdefault(" ".join(part for part in cell.lines[1:] if part), []).append(cell)
    for number, against in enumerate(_baselines(analysis)):
        for metric in runs.metrics if number == 0 else runs.metrics[:1]:
            for level, cells in levels.items():
                yield TableChoice(metric, level, against, _chosen(runs, metric, level, (against, cells)))


def _baselines(analysis: Analysis) -> list[str]:
    roles, arms = analysis.block.roles, [arm for arm in analysis.block.arms if arm != analysis.against]
    others = [arm for family in COMPARED_WITH for arm in arms if roles[arm].family == family]
    return [analysis.against, *others][:MOST_BASELINES]


class _MetricRuns:
    """The runs of a block under any of their metrics."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._measured = {
            place: [(row, json.loads(row["metrics"]) if row["status"] == "done" else {}) for row in runs.rows]
            for place, runs in block.runs.items()
        }
        there = {name for rows in self._measured.values() for _, measured in rows for name in measured}
        primary = dict.fromkeys(cell.metric for cell in block.cells)
        self.metrics = [name for name in dict.fromkeys([*primary, *METRICS]) if name in there]
        self._pools = {cell: block.pool_size(cell) for cell in block.cells}
        self._known: dict[tuple[str, ScoredCell, str], ArmRuns] = {}

    def of(self, arm: str, cell: ScoredCell, metric: str) -> ArmRuns:
        """An arm's planned runs with the metric as their score; the unit of a comparison hangs on what is planned, not on what is there."""
        place = (arm, cell, metric)
        if place not in self._known:
            rows = [{**row, "value": measured.get(metric, math.nan)} for row, measured in self._measured.get((arm, cell), ())]
            self._known[place] = runs_of(arm, rows, 0.0)
        return self._known[place]

    def difference(self, arm: str, against: str, cell: ScoredCell, metric: str) -> TableCell:
        """Mean paired difference with its t interval, before any correction."""
        units = pair(self.of(arm, cell, metric), self.of(against, cell, metric), pool=self._pools[cell])
        if not units.n:
            return TableCell()
        found = t_interval(units.a - units.b, variance_factor=units.variance_factor)
        ends, scale = None if found is None else (found.low, found.high), METRICS.get(metric, 100.0)
        mean = float((units.a - units.b).mean())
        return TableCell(mean, interval=ends, scale=scale, digits=1 if scale > 1 else 3, signed=True)


def _chosen(runs: _MetricRuns, metric: str, level: str, where: tuple[str, list[ScoredCell]]) -> Table:
    (against, cells), block = where, runs.block
    arms = [arm for arm in block.arms if arm != against and any((arm, cell) in block.runs for cell in cells)]
    scale = METRICS.get(metric, 100.0)
    base = [words(f"{against}: mean")]
    for cell in cells:
        values = [run.value for run in runs.of(against, cell, metric).runs.values() if run.status == "done"]
        base.append(TableCell(statistics.fmean(values) if values else None, scale=scale, digits=1 if scale > 1 else 3))
    rows = [TableRow((words(arm), *(runs.difference(arm, against, cell, metric) for cell in cells))) for arm in arms]
    less = "; less is better" if metric in LESS_IS_BETTER else ""
    stopped = ", too short where looks ended a comparison" if block.design.get("looks") else ""
    return Table(
        f"choice.{metric}.{level}.{against}.{block.name}",
        f"{metric} at {level}: differences to {against} [95 % t interval, before any correction{stopped}]{less}",
        (TableColumn("arm", ("arm",), numeric=False), *(TableColumn(cell.panel, (cell.panel,)) for cell in cells)),
        (*rows, TableRow(tuple(base), rule=True, foot=True)),
        footnotes=(*context.stand_in(block), *context.notes(block)),
    )


def task_tables(analysis: Analysis) -> list[Table]:
    """One table per task, in the order of the cells; rows are the arms, two columns per number of labels and noise."""
    tasks = dict.fromkeys(cell.panel for cell in analysis.block.cells)
    return [_table(analysis, task, [cell for cell in analysis.block.cells if cell.panel == task]) for task in tasks]


def _table(analysis: Analysis, task: str, cells: list[ScoredCell]) -> Table:
    heads = [TableColumn("arm", ("arm",), numeric=False)]
    for cell in cells:
        level = " ".join(part for part in cell.lines[1:3] if part)
        heads += [TableColumn(f"{level} mean", (f"{level}:", cell.metric)), TableColumn(f"{level} difference", (f"{level}:", "difference"))]
    arms = [arm for arm in (analysis.against, *analysis.arms) if any((arm, cell) in analysis.block.runs for cell in cells)]
    rows = [TableRow((words(arm), *(one for cell in cells for one in _pair(analysis, arm, cell)))) for arm in arms]
    return Table(f"task-{analysis.against}.{task}.{analysis.block.name}", task, tuple(heads), tuple(rows))


def _pair(analysis: Analysis, arm: str, cell: ScoredCell) -> tuple[TableCell, TableCell]:
    mean = mean_cell(analysis.block, arm, cell, analysis.floored(cell))
    return mean, words("baseline") if arm == analysis.against else difference_cell(analysis, (arm, cell))
