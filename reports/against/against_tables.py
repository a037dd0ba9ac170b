"""The tables of `compare --against`: means, gains over the tasks of a level, and differences in each cell."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Iterator, Mapping

from benchmark.cell import Cell
from reports.against.environment_calibration import LEVEL
from reports.against.paired_with_reference import Gain, Level, PairedWithReference, level_of
from reports.results.arm_role import arm_role
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

ARM = TableColumn("arm", ("arm",), numeric=False)


def against_tables(paired: PairedWithReference, notes: tuple[str, ...] = (), data: Mapping[str, object] | None = None) -> list[Table]:
    """One's own arms beside those of the reference, over the same splits and seeds.

    Args:
        notes: further lines above the first table, such as the time that the runs took.
        data: further entries of the JSON file.
    """
    header = (*paired.lines(), *notes)
    if not paired.accepted:
        return [Table("against", "No run could be paired with the reference", (ARM,), (), header)]
    tables = [_means(paired), _gains(paired), *(_cells(paired, arm) for arm in paired.mine)]
    first = tables[0]
    data = {
        **first.data,
        **(data or {}),
        "calibration": paired.calibration.plain(),
        "environments": {str(k): n for k, n in paired.environments.items()},
    }
    return [dataclasses.replace(first, header=(*header, *first.header), data=data), *tables[1:]]


def levels(paired: PairedWithReference) -> dict[Level, list[Cell]]:
    """The cells by what they have in common beside the task."""
    found: dict[Level, list[Cell]] = {}
    for cell in paired.cells:
        found.setdefault(level_of(cell), []).append(cell)
    return found


def level_name(level: Level) -> str:
    """The level in words: `N = 20 label-flip:0.2`."""
    size, noise = level[0].strip(), level[1]
    return " ".join(part for part in (f"N = {size}" if size.isdigit() else size, noise) if part)


def _means(paired: PairedWithReference) -> Table:
    columns, rows = [ARM], []
    for level, cells in levels(paired).items():
        columns += [TableColumn(cell.label, cell.lines) for cell in cells]
        columns += [TableColumn(f"mean {level_name(level)}", ("mean over tasks", level_name(level)))] if len(cells) > 1 else []
    for arm in paired.arms:
        line = [words(arm)]
        for cells in levels(paired).values():
            shown = [_mean(paired, arm, cell) for cell in cells]
            line += shown
            line += [_over_tasks(shown)] if len(cells) > 1 else []
        rows.append(TableRow(tuple(line), rule=arm == paired.mine[0]))
    metrics = " / ".join(sorted({paired.metric(cell) for cell in paired.cells}))
    return Table(
        name="against-means",
        caption=f"{metrics.capitalize()} in points, mean \N{PLUS-MINUS SIGN} sample standard deviation over runs (ddof 1), on the splits "
        "and seeds of one's own runs",
        columns=_without_empty_lines(columns),
        rows=tuple(rows),
    )


def _without_empty_lines(columns: list[TableColumn]) -> tuple[TableColumn, ...]:
    deepest = max(len(column.heading) for column in columns)
    filled = [(*column.heading, *[""] * (deepest - len(column.heading))) for column in columns]
    used = [i for i in range(deepest) if any(heading[i] for heading in filled)]
    return tuple(
        dataclasses.replace(column, heading=tuple(heading[i] for i in used)) for column, heading in zip(columns, filled, strict=True)
    )


def _mean(paired: PairedWithReference, arm: str, cell: Cell) -> TableCell:
    runs = paired.runs.get((arm, cell))
    values = [run.value for run in runs.runs.values()] if runs else []
    spread = statistics.stdev(values) if len(values) > 1 else None
    return TableCell(statistics.fmean(values) if values else None, spread, n=len(values), planned=_wanted(paired, cell))


def _wanted(paired: PairedWithReference, cell: Cell) -> int:
    """Runs of one's own in a cell: what an arm of the reference should have beside them."""
    return max(len(paired.runs[arm, cell].runs) for arm in paired.mine if (arm, cell) in paired.runs)


def _over_tasks(cells: list[TableCell]) -> TableCell:
    """The mean of the task means; none where an arm lacks runs: it would be over other splits than its neighbours."""
    values = [cell.value for cell in cells if cell.value is not None and cell.n == cell.planned]
    return TableCell(statistics.fmean(values)) if len(values) == len(cells) else words("incomplete")


def _gains(paired: PairedWithReference) -> Table:
    roles = {arm: arm_role(row.method, row.family, row.controls) for arm, row in paired.reference.arms.items() if arm in paired.arms}
    null = next((arm for arm, role in roles.items() if role.is_null), None)
    against = [paired.baseline, *([null] if null else []), *paired.mine]
    heads = [f"{arm} minus arm" if arm in paired.mine else f"gain over {arm}" for arm in against]
    columns = (ARM, TableColumn("labels", ("labels",), False))
    rows = [row for level, cells in levels(paired).items() for row in _gain_rows(paired, level_name(level), cells, against)]
    return Table(
        name="against-gains",
        caption=f"Mean over tasks of the mean paired difference, in points [{LEVEL:.0%} interval]",
        columns=(*columns, *(TableColumn(head, (head,)) for head in heads)),
        rows=tuple(rows),
        footnotes=tuple(_how(paired)),
    )


def _how(paired: PairedWithReference) -> Iterator[str]:
    yield (
        "Tasks are fixed: the error comes from the splits within each task (stratified t interval). A task with a single pair is left out "
        "of an interval, and the cell says so. The right columns subtract the arm of the row from one's own."
    )
    yield (
        "Exploratory: one's own arm is not part of the study's registration, and the intervals are not corrected for the number of "
        "comparisons."
    )
    if paired.own.said == "claimed":
        yield "Claimed: the results are as sent in; no maintainer has made any of the runs again."


def _gain_rows(paired: PairedWithReference, level: str, cells: list[Cell], against: list[str]) -> Iterator[TableRow]:
    for number, arm in enumerate(paired.arms):
        shown = [_counted(_difference(paired, arm, other, cells), len(cells)) for other in against]
        yield TableRow((words(arm), words(level), *shown), rule=number == 0, name=f"{arm} {level}")


def _counted(gain: Gain | None, tasks: int) -> TableCell:
    """A gain with the number of its pairs, and of its tasks where they are not all."""
    cell = gain_cell(gain)
    if gain is None:
        return cell
    some = f", {gain.tasks} of {tasks} tasks" if gain.tasks < tasks else ""
    return dataclasses.replace(cell, text=f"{cell.shown} ({gain.pairs} pair{'s' * (gain.pairs != 1)}{some})", n=gain.pairs)


def _difference(paired: PairedWithReference, arm: str, other: str, cells: list[Cell]) -> Gain | None:
    """Gain of `arm` over an arm of the reference; of one's own arm over `arm` where `other` is one's own."""
    if arm == other:
        return None
    return paired.gain(other, arm, cells) if other in paired.mine else paired.gain(arm, other, cells)


def gain_cell(gain: Gain | None) -> TableCell:
    """A gain with its interval; without one where there is a single pair, or where an interval would not be honest."""
    if gain is None:
        return TableCell()
    found = gain.estimate
    if found is None:
        return TableCell(gain.mean, signed=True)
    if gain.withheld:
        return words(f"{TableCell(found.value, signed=True).shown} ({gain.withheld})")
    interval = found.interval(LEVEL)
    said = found.error > 0 and all(map(math.isfinite, (interval.low, interval.high)))  # equal differences give no interval
    ends = (interval.low, interval.high) if said else None
    return TableCell(found.value, interval=ends, signed=True)


def _cells(paired: PairedWithReference, mine: str) -> Table:
    """One's own arm minus each other arm, cell by cell."""
    others = [arm for arm in paired.arms if arm != mine]
    rows = [TableRow((words(arm), *(gain_cell(paired.gain(mine, arm, [cell])) for cell in paired.cells))) for arm in others]
    columns = [TableColumn("minus", ("minus",), False), *(TableColumn(cell.label, cell.lines) for cell in paired.cells)]
    return Table(
        name="against-cells",
        caption=f"{mine}: mean paired difference to each arm in each cell, in points [{LEVEL:.0%} interval, not corrected]",
        columns=_without_empty_lines(columns),
        rows=tuple(rows),
        footnotes=("Without an interval: a single pair, or the same difference in every pair.",),
    )
