"""Gains across papers: a claimed gain beside the gain that others printed for the same method, task and number of labels."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published, place
from reports.published.catalogue import claiming_paper
from reports.published.printed_gains import printed_gains
from reports.published.published_table import PublishedTable

NAME = "gains across papers"
SAME = ("task", "shots", "noise", "arm", "metric")


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
            "papers, and how others chose their checkpoints is not known.",
        )
