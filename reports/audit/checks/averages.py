"""Printed averages against their parts."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from reports.audit.finding import Finding, Published, Severity, listed, place
from reports.audit.printed import SLACK, half_unit
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "averages"


def fits(average: PublishedCell, parts: list[PublishedCell]) -> bool:
    """Whether numbers that round to the printed parts have a mean that rounds to the printed average."""
    values = [part.value for part in parts if part.value is not None]
    if average.value is None or len(values) < len(parts):
        return True
    slack = half_unit(average) + statistics.mean(half_unit(part) for part in parts)
    return abs(statistics.mean(values) - average.value) <= slack + SLACK


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Recompute every printed average; where it could be over more columns, say which reading fits."""
    averages = [cell for cell in table.cells if cell.mean_of and cell.known]
    if not averages:
        return
    wrong = [cell for cell in averages if not fits(cell, _parts(table, cell))]
    if wrong:
        yield _finding(
            table,
            wrong,
            "question",
            f"{len(wrong)} of {len(averages)} printed averages are not the average of their parts within rounding.",
            "Which of the numbers is off: the average or one of its parts.",
        )
    if right := [cell for cell in averages if cell not in wrong]:
        shows = f"{len(right)} of {len(averages)} printed averages are the average of {listed(list(right[0].mean_of))}, within rounding."
        yield _finding(table, right, "note", shows + _other_reading(table, right), "That the parts are right.")


def _parts(table: PublishedTable, cell: PublishedCell) -> list[PublishedCell]:
    return [table.cell(cell.row, column) for column in cell.mean_of]


def _other_reading(table: PublishedTable, averages: list[PublishedCell]) -> str:
    others = [column.id for column in table.columns if column.id not in (*averages[0].mean_of, averages[0].column)]
    if not others:
        return ""
    also = sum(fits(cell, _parts(table, cell) + [table.cell(cell.row, other) for other in others]) for cell in averages)
    return f" With {listed(others)} included, {also} of {len(averages)} would fit."


def _finding(table: PublishedTable, cells: list[PublishedCell], severity: Severity, shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(cell) for cell in cells),
        arithmetic=tuple(_line(cell, _parts(table, cell)) for cell in cells),
        severity=severity,
        shows=shows,
        does_not_show=does_not,
    )


def _line(cell: PublishedCell, parts: list[PublishedCell]) -> str:
    values = [part.value for part in parts if part.value is not None]
    total = " + ".join(f"{value:g}" for value in values)
    return f"{place(cell)}: ({total}) / {len(values)} = {statistics.mean(values):.3f}; printed {cell.value:g}"
