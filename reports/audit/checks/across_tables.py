"""The same quantity printed in two tables of one paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.audit.finding import Finding, Published, Severity, place
from reports.audit.printed import agree
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "one table against another"
SAME = ("task", "shots", "noise", "arm", "model", "metric")
Pair = tuple[PublishedCell, PublishedCell]


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Compare with the later tables of the same paper."""
    for other in published.tables.values():
        if other.paper == table.paper and other.key > table.key:
            yield from _compared(table, other)


def _compared(table: PublishedTable, other: PublishedTable) -> Iterator[Finding]:
    pairs = list(_pairs(table, other))
    same = [pair for pair in pairs if agree(*pair) and pair[0].spread == pair[1].spread]
    if differ := [pair for pair in pairs if pair not in same]:
        yield _finding(
            table,
            other,
            differ,
            "question",
            f"{len(differ)} of {len(pairs)} cells that {table.key} and {other.key} share differ by more than rounding.",
            "Which of the two is meant: they may come from different runs.",
        )
    if same:
        yield _finding(
            table,
            other,
            same,
            "note",
            f"{len(same)} of {len(pairs)} cells that {table.key} and {other.key} share agree: they are probably the same "
            "runs, so that the setting of one table holds for those cells of the other.",
            "Anything about the cells that only one of the tables has.",
        )


def _pairs(table: PublishedTable, other: PublishedTable) -> Iterator[Pair]:
    for a in filter(_comparable, table.cells):
        for b in filter(_comparable, other.cells):
            if all(getattr(a, name) == getattr(b, name) for name in SAME):
                yield a, b


def _comparable(cell: PublishedCell) -> bool:
    return cell.known and cell.arm is not None and cell.task is not None and not cell.mean_of


def _finding(table: PublishedTable, other: PublishedTable, pairs: list[Pair], severity: Severity, shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(a) for a, _ in pairs),
        arithmetic=tuple(f"{place(a)}: {a.text} in {table.key}, {b.text} in {other.key}" for a, b in pairs),
        severity=severity,
        shows=shows,
        does_not_show=does_not,
    )
