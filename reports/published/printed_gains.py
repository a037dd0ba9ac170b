"""Printed gains: what a published table says that an arm of ours gains over the table's own baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reports.published.published_table import PublishedCell, PublishedTable


class PrintedGain(NamedTuple):
    """A printed number, its baseline's, and the table that has both."""

    table: str
    cell: PublishedCell
    base: PublishedCell

    @property
    def gain(self) -> float:
        """In the unit of the table."""
        return (self.cell.value or 0.0) - (self.base.value or 0.0)

    @property
    def line(self) -> str:
        """Numbers, model and table."""
        return f"{self.gain:+.2f} with {self.cell.model} ({self.base.text} to {self.cell.text}, {self.table})"


def printed_gains(table: PublishedTable) -> Iterator[PrintedGain]:
    """Every gain of a table that is about one task, one number of labels and one arm of ours."""
    if table.kind != "scores":
        return
    for cell in table.cells:
        base = table.base(cell)
        if base and cell.known and base.known and cell.arm and cell.task and cell.shots and not cell.mean_of:
            yield PrintedGain(table.key, cell, base)
