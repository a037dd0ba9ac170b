"""Control rows: how much of a method's gain a row reaches that has only a part of the method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reports.audit.finding import Finding, Published
from reports.published.facts import ControlRow
from reports.published.published_table import PublishedTable

NAME = "control rows"


class ControlledGain(NamedTuple):
    """Gains of the method and of its control over the baseline, in one column."""

    column: str
    method: float
    control: float

    @property
    def reached(self) -> bool:
        """Whether the control has half of the method's gain or more."""
        return self.method > 0 and self.control >= self.method / 2

    @property
    def line(self) -> str:
        """The arithmetic in one line."""
        share = f" ({self.control / self.method:.0%} of it)" if self.method > 0 < self.control else ""
        return f"{self.column}: method {self.method:+.1f} over the baseline, control {self.control:+.1f}{share}"


def gains(table: PublishedTable, fact: ControlRow) -> list[ControlledGain]:
    """The columns in which all three rows have a number."""
    found = []
    for column in table.columns:
        method, control, base = (table.cell(row, column.id).value for row in (fact.method, fact.control, fact.baseline))
        if method is not None and control is not None and base is not None:
            found.append(ControlledGain(column.id, method - base, control - base))
    return found


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Compare the gains of every declared control with those of its method."""
    for fact in published.facts_of(table).controls:
        if fact.table != table.key or not (found := gains(table, fact)):
            continue
        reached = [one.column for one in found if one.reached]
        above = [one.column for one in found if one.control >= one.method]
        missing = [column.id for column in table.columns if column.id not in {one.column for one in found}]
        below = [one.column for one in found if one.control < 0]
        shows = f"{fact.control} ({fact.what}) reaches half of the gain of {fact.method} or more in {len(reached)} of {len(found)} columns"
        shows += f" ({', '.join(reached)})" if reached else ""
        shows += f", is as good or better in {len(above)}" if above else ""
        shows += f", and is below the baseline in {len(below)} ({', '.join(below)})" if below else ""
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(f"{fact.method} / {one.column}" for one in found),
            arithmetic=(*(one.line for one in found), *([f"no control number: {', '.join(missing)}"] if missing else [])),
            severity="question" if reached else "note",
            shows=f"{shows}. What it reaches of the gain is there without the rest of the method.",
            does_not_show="Whether the differences are more than run-to-run noise, and whether all rows are on the same split: the table "
            "prints no spread, no number of runs and no split.",
        )
