"""Findings as plain text."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from reports.audit.finding import Finding
from reports.published.published_table import PublishedTable

WIDTH = 110
SHOWN = 24  # lines of arithmetic per finding; notes are cut shorter, unless all are asked for
SHOWN_NOTE = 3


def lines(findings: Sequence[Finding], tables: Sequence[PublishedTable], whole: bool = False) -> Iterator[str]:
    """The findings grouped by paper. `whole`: all the arithmetic of every finding."""
    yield "An inconsistency is a question, not an accusation: each finding says what it shows and what it does not."
    for paper in dict.fromkeys(table.paper for table in tables):
        yield from _paper([table for table in tables if table.paper == paper], [found for found in findings if found.paper == paper], whole)
    if not whole and any(len(found.arithmetic) > _limit(found) for found in findings):
        yield "\nSome arithmetic is cut short; --whole prints all of it."


def _paper(tables: Sequence[PublishedTable], findings: Sequence[Finding], whole: bool) -> Iterator[str]:
    cells = [cell for table in tables for cell in table.cells]
    states = Counter(cell.state for cell in cells)
    yield f"\n{tables[0].paper}: {tables[0].citation}"
    yield "=" * WIDTH
    count = "1 table" if len(tables) == 1 else f"{len(tables)} tables"
    unknown = f", {states['unknown']} unknown (not seen, so not checked)" if states["unknown"] else ""
    yield f"{count}, {states['number']} numbers{unknown}. {_tally(findings)}"
    for found in findings:
        yield from _finding(found, None if whole else _limit(found))


def _tally(findings: Sequence[Finding]) -> str:
    if not findings:
        return "No check applies."
    counts = Counter(found.severity for found in findings)
    return (
        "Findings: " + ", ".join(f"{counts[severity]} {severity}" for severity in ("serious", "question", "note") if counts[severity]) + "."
    )


def _limit(found: Finding) -> int:
    return SHOWN_NOTE if found.severity == "note" else SHOWN


def _finding(found: Finding, limit: int | None) -> Iterator[str]:
    yield f"\n[{found.severity}] {found.check} ({found.table})"
    yield from _wrapped("Shows: ", found.shows)
    yield from _wrapped("Does not show: ", found.does_not_show)
    for line in found.arithmetic[:limit]:
        yield from _wrapped("- ", line)
    if limit is not None and len(found.arithmetic) > limit:
        yield f"  ... and {len(found.arithmetic) - limit} more"


def _wrapped(lead: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=f"  {lead}", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
