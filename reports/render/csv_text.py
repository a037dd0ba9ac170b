"""A table as CSV: one line per cell, with every number at full precision and the text as it is shown."""

from __future__ import annotations

import csv
import io

from benchmark.records.error_text import defused
from reports.tables.table import Table

FIELDS = ("table", "row", "column", "shown", "value", "spread", "low", "high", "n", "planned", "marks")


def flat(table: Table) -> str:
    """One line per cell; numbers in the unit of the records (fractions of 1, seconds). No text begins a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            low, high = cell.interval or (None, None)
            numbers = [cell.value, cell.spread, low, high, cell.n, cell.planned]
            texts = (defused(text) for text in (table.name, row.called, column.name, cell.shown))
            writer.writerow([*texts, *map(_exact, numbers), " ".join(cell.marks)])
    return buffer.getvalue()


def _exact(value: float | int | None) -> str:
    return "" if value is None else repr(value)
