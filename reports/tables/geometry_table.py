"""How the representations of each arm lie: silhouette, alignment and uniformity of the test texts, where they were kept."""

from __future__ import annotations

import statistics

from reports.results.blocks import Block
from reports.results.kept_vectors import kept_vectors
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

MEASURES = ("silhouette", "alignment", "uniformity")


def geometry_table(block: Block) -> Table | None:
    """One row per arm and cell; None where no run kept its representations."""
    rows = []
    for cell in block.cells:
        for arm in block.arms:
            measured = [one.geometry for one in kept_vectors(block, arm, cell)]
            if measured:
                numbers = [_cell([getattr(one, name) for one in measured]) for name in MEASURES]
                rows.append(TableRow((words(cell.label), words(arm), *numbers, TableCell(len(measured), scale=1, digits=0))))
    if not rows:
        return None
    headings = (TableColumn("cell", ("cell",), False), TableColumn("arm", ("arm",), False))
    measures = tuple(TableColumn(name, (name,)) for name in (*MEASURES, "n"))
    return Table(
        name=f"geometry.{block.name}",
        caption=f"Representations of the test texts, mean ± sample standard deviation over runs (ddof 1): {block.title}",
        columns=headings + measures,
        rows=tuple(rows),
        footnotes=(
            "Vectors scaled to unit length, at most 1,000 a run. Silhouette (-1 to 1): larger, classes lie further apart. "
            "Alignment (0 to 4): smaller, a class lies closer together. Uniformity (at most 0): smaller, all spread more evenly.",
        ),
    )


def _cell(values: list[float | None]) -> TableCell:
    there = [value for value in values if value is not None]
    if not there:
        return TableCell()
    spread = statistics.stdev(there) if len(there) > 1 else None
    return TableCell(statistics.fmean(there), spread, scale=1, digits=3)
