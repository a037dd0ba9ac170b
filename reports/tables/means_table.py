"""The means: one row per arm, one column per cell. And what they cost, and what went wrong."""

from __future__ import annotations

import statistics
from collections import Counter

from benchmark.records.alarms import meaning
from reports.analysis import context
from reports.analysis.analysis import Analysis, floor_of
from reports.analysis.power_notes import power_notes
from reports.results.blocks import Block
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, counted, words


def means_table(block: Block, analysis: Analysis | None = None) -> Table:
    """Mean and sample standard deviation of the primary metric, in points, per arm and cell; the majority rate as the last row."""
    floored = {cell for cell in block.cells if (floor := floor_of(block, cell)) is not None and floor.at_floor}
    rows = [TableRow((words(arm), *(mean_cell(block, arm, cell, cell in floored) for cell in block.cells))) for arm in block.arms]
    rows.append(TableRow((words("majority rate"), *(TableCell(block.majority(cell)) for cell in block.cells)), rule=True, foot=True))
    rows.append(TableRow((words("test examples"), *(_size(block, cell) for cell in block.cells)), foot=True))
    return Table(
        name=f"means.{block.name}",
        caption=f"{_metrics(block)} in points, mean \N{PLUS-MINUS SIGN} {context.SPREAD}: {block.title}",
        columns=columns(block),
        rows=tuple(rows),
        header=(*context.header(block), _runs(block)),
        footnotes=(*_power(block, analysis), *context.notes(block)),
        data={"scores": [_scores(block, *place) for place in block.runs]},
    )


def _power(block: Block, analysis: Analysis | None) -> tuple[str, ...]:
    if analysis is None:
        return ("No baseline to compare with in these runs: no differences are computed.",)
    return power_notes(analysis)


def _scores(block: Block, arm: str, cell: ScoredCell) -> dict[str, object]:
    runs = block.runs[arm, cell]
    return {"arm": arm, "cell": cell.label, "runs": [[*unit, score] for unit, score in runs.scores.items()]}


def columns(block: Block, first: str = "arm") -> tuple[TableColumn, ...]:
    """The arm, then one column per cell; the metric is named where cells differ in it."""
    several = len({cell.metric for cell in block.cells}) > 1
    heads = [TableColumn(cell.label, (*cell.lines, cell.metric if several else "")) for cell in block.cells]
    used = [i for i in range(max((len(head.heading) for head in heads), default=0)) if any(head.heading[i] for head in heads)]
    kept = [TableColumn(head.name, tuple(head.heading[i] for i in used)) for head in heads]
    return (TableColumn(first, (first,), numeric=False), *kept)


def _metrics(block: Block) -> str:
    return " / ".join(sorted({cell.metric for cell in block.cells})).capitalize()


def _runs(block: Block) -> str:
    counts = sorted({runs.planned for runs in block.runs.values()})
    a_run = "a run is one (split, seed)."
    if len(counts) > 1:
        return f"n = {counts[0]} to {counts[-1]} runs per arm and cell, as each cell says; {a_run}"
    return f"n = {counted(counts[0], 'run')} per arm and cell, where a cell says nothing else; {a_run}"


def mean_cell(block: Block, arm: str, cell: ScoredCell, floored: bool) -> TableCell:
    """Mean and standard deviation of an arm in a cell, with the marks of what must be known of them, and n where cells differ in it."""
    runs = block.runs.get((arm, cell))
    if runs is None:
        return words("not planned")
    values = list(runs.scores.values())
    said = {"a": bool(runs.alarms), "f": floored, "l": runs.cut, "p": runs.partial, "s": block.stand_in, "x": runs.failed > 0}
    marks = [mark for mark, on in said.items() if on]
    return TableCell(
        value=statistics.fmean(values) if values else None,
        spread=statistics.stdev(values) if len(values) > 1 else None,
        n=len(values),
        planned=runs.planned,
        counted=block.uneven,
        marks=tuple(marks),
    )


def _size(block: Block, cell: ScoredCell) -> TableCell:
    labels = block.gold.get(cell)
    return TableCell(value=float(len(labels)), scale=1, digits=0) if labels else TableCell()


def cost_table(block: Block) -> Table:
    """Seconds of training and example passes per run: what the scores cost."""
    rows = [TableRow((words(arm), *(_cost(block.runs.get((arm, cell))) for cell in block.cells))) for arm in block.arms]
    return Table(
        name=f"cost.{block.name}",
        caption=f"Seconds of training per run, median over finished runs (forward and backward example passes): {block.title}",
        columns=columns(block),
        rows=tuple(rows),
        header=(
            "Phases from the cache count with what they cost when they were trained; scoring does not count.",
            "Seconds are those of the clock: other work on the machine counts, and so does a pause.",
        ),
        footnotes=context.mixed_environments(block),
    )


def _cost(runs: Runs | None) -> TableCell:
    if runs is None or not len(runs.done):
        return TableCell()
    seconds, forward, backward = (runs.median(name) or 0.0 for name in ("seconds", "forward_examples", "backward_examples"))
    return TableCell(value=seconds, text=f"{seconds:.1f} s ({forward:,.0f} + {backward:,.0f})")


def troubles_table(block: Block) -> Table | None:
    """Alarms and failed runs, one line per arm and cell that has any; None where there are none. Missing runs show in the means."""
    rows = []
    for arm in block.arms:
        for cell in block.cells:
            runs = block.runs.get((arm, cell))
            if runs is not None:
                rows += [
                    TableRow((words(arm), words(cell.label), TableCell(count, scale=1, digits=0), words(what)))
                    for what, count in _troubles(runs)
                ]
    if not rows:
        return None
    return Table(
        name=f"troubles.{block.name}",
        caption=f"Alarms and failed runs: {block.title}",
        columns=(
            TableColumn("arm", ("arm",), False),
            TableColumn("cell", ("cell",), False),
            TableColumn("runs", ("runs",)),
            TableColumn("what", ("what",), False),
        ),
        rows=tuple(rows),
    )


def _troubles(runs: Runs) -> list[tuple[str, int]]:
    told = [(f"alarm: {alarm}; {meaning(alarm)}", count) for alarm, count in sorted(runs.alarms.items())]
    errors = Counter(str(row["error"]) for row in runs.rows if row["error"])
    return told + [(f"failed: {error[:160]}", count) for error, count in errors.most_common()]
