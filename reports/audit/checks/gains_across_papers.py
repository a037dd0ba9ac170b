"""Gains across papers: a claimed gain beside the gain that others printed for the same method, task and number of labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reports.audit.finding import Finding, Published, place
from reports.published.catalogue import claiming_paper
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "gains across papers"
SAME = ("task", "shots", "noise", "arm", "metric")


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


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Set the gains of a paper on its own method beside those of others."""
    papers = {other.key: other.paper for other in published.tables.values()}
    elsewhere = [one for other in published.tables.values() if other.paper != table.paper for one in printed_gains(other)]
    found = []
    for one in printed_gains(table):
        if claiming_paper(str(one.cell.arm), published.tables) == papers[table.key]:
            again = [other for other in elsewhere if all(getattr(other.cell, name) == getattr(one.cell, name) for name in SAME)]
            if again:
                found.append((one, again))
    if found:
        turned = [one for one, again in found if any(other.gain * one.gain < 0 for other in again)]
        count = f"{len(found)} gain{'s' * (len(found) != 1)}"
        shows = f"For {count} of this table others printed a run of the same method on the same task with as many labels."
        if turned:
            shows += f" In {len(turned)} of them a gain of others has the opposite sign."
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(one.cell) for one, _ in found),
            arithmetic=tuple(f"{place(one.cell)}: {one.line}; others: {'; '.join(other.line for other in again)}" for one, again in found),
            severity="question" if turned else "note",
            shows=shows,
            does_not_show="Which is right: model size, batch, weight and temperature of the term, tuning and splits differ between the "
            "papers, "
            "and how others chose their checkpoints is not known.",
        )
