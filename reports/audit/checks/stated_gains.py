"""Stated gains: a gain that a text announces, against the table that it summarises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.audit.finding import Finding, Published, Severity, place
from reports.audit.printed import SLACK, half_unit
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "stated gains"
Gains = list[tuple[PublishedCell, PublishedCell]]  # (method, baseline)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """For a table of claims: each stated gain on one task against the gains of the same method in the paper's own tables."""
    if table.kind != "claims":
        return
    others = [other for other in published.tables.values() if other.paper == table.paper and other.kind == "scores"]
    held = [(cell, gains) for cell in table.cells if cell.known and cell.task and (gains := list(_gains(cell, others)))]
    if apart := [(cell, gains) for cell, gains in held if not any(_agree(cell, *pair) for pair in gains)]:
        shows = f"{len(apart)} of {len(held)} stated gains are not the difference of two numbers of the paper's own table, within rounding."
        yield _finding(
            table, apart, "question", shows, "Which is meant: a sum or average of several metrics, or another version of the table."
        )
    if same := [one for one in held if one not in apart]:
        shows = f"{len(same)} of {len(held)} stated gains follow from the paper's own table."
        yield _finding(table, same, "note", shows, "That the differences are more than noise.")


def _gains(claim: PublishedCell, tables: list[PublishedTable]) -> Iterator[tuple[PublishedCell, PublishedCell]]:
    for table in tables:
        for cell in table.cells:
            base = table.base(cell)
            if base and cell.known and base.known and (cell.task, cell.method, cell.model) == (claim.task, claim.method, claim.model):
                yield cell, base


def _agree(claim: PublishedCell, cell: PublishedCell, base: PublishedCell) -> bool:
    gain = (cell.value or 0.0) - (base.value or 0.0)
    return abs(gain - (claim.value or 0.0)) <= half_unit(claim) + half_unit(cell) + half_unit(base) + SLACK


def _finding(table: PublishedTable, held: list[tuple[PublishedCell, Gains]], severity: Severity, shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(cell) for cell, _ in held),
        arithmetic=tuple(_line(cell, gains) for cell, gains in held),
        severity=severity,
        shows=shows,
        does_not_show=does_not,
    )


def _line(claim: PublishedCell, gains: Gains) -> str:
    found = "; ".join(
        f"{cell.column}: {cell.text} - {base.text} = {(cell.value or 0.0) - (base.value or 0.0):+.2f}" for cell, base in gains
    )
    return f"{place(claim)}: stated {claim.text}; in the table {found}"
