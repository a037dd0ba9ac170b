"""How the representations of each arm lie: silhouette, alignment and uniformity of the test texts, where they were kept."""

from __future__ import annotations

import statistics

from reports.representations import kept
from reports.results import Block
from reports.tables.model import Cell, Column, Row, Table, words

MEASURES = ("silhouette", "alignment", "uniformity")


def geometry_table(block: Block) -> Table | None:
    """One row per arm and cell; None where no run kept its representations."""
    rows = []
    for cell in block.cells:
        for arm in block.arms:
            measured = [one.geometry for one in kept(block, arm, cell)]
            if measured:
                numbers = [_cell([getattr(one, name) for one in measured]) for name in MEASURES]
                rows.append(Row((words(cell.label), words(arm), *numbers, Cell(len(measured), scale=1, digits=0))))
    if not rows:
        return None
    headings = (Column("cell", ("cell",), False), Column("arm", ("arm",), False))
    measures = tuple(Column(name, (name,)) for name in (*MEASURES, "n"))
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


def _cell(values: list[float | None]) -> Cell:
    there = [value for value in values if value is not None]
    if not there:
        return Cell()
    spread = statistics.stdev(there) if len(there) > 1 else None
    return Cell(statistics.fmean(there), spread, scale=1, digits=3)
