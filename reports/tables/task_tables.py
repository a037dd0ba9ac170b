"""Task by task: each arm's mean and its difference to the baseline, one table per task."""

from __future__ import annotations

import statistics

from reports.analysis.analysis import Analysis
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words


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
    runs, found = analysis.block.runs.get((arm, cell)), analysis.comparisons.get((arm, cell))
    values = list(runs.scores.values()) if runs else []
    mean = TableCell(statistics.fmean(values) if values else None, statistics.stdev(values) if len(values) > 1 else None)
    if found is None or found.difference is None:
        return mean, words("baseline" if arm == analysis.against else "-")
    ends = None if found.interval is None else (found.interval.low, found.interval.high)
    marks = ("f",) if analysis.floored(cell) else ("h",) if analysis.significant((arm, cell)) else ()
    return mean, TableCell(found.difference, interval=ends, marks=marks, signed=True)
