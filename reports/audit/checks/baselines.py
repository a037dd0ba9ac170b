"""Baselines, or scores of a table without one, against plain fine-tuning of the same model, as published by independent sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reports.audit.finding import Finding, Published, place
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "against plain fine-tuning"
BELOW = 1.0  # points under the public number from which a baseline is worth a question


class Held(NamedTuple):
    """A cell, the public number for the same model, task and metric, and, beside a baseline, the best method of the table."""

    cell: PublishedCell
    public: PublishedCell
    best: PublishedCell | None

    @property
    def gap(self) -> float:
        """The cell minus the public number."""
        return (self.cell.value or 0.0) - (self.public.value or 0.0)

    @property
    def left(self) -> float | None:
        """What is left of the best method's gain when the public number is the baseline."""
        return None if self.best is None else (self.best.value or 0.0) - (self.public.value or 0.0)

    @property
    def same_split(self) -> bool:
        """Whether both say that they are on the same examples."""
        return self.cell.split == self.public.split != "unknown"


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Hold the baseline (or, in a table without one, every cell) against public numbers with all labels."""
    if table.reference or table.kind != "scores":
        return
    held = [one for cell in table.cells if _is_compared(table, cell) for one in _held(table, cell, published)]
    what, weak, fair = _words(table)
    if low := [one for one in held if one.gap <= -BELOW]:
        serious = any(one.same_split and one.left is not None and one.left < -one.gap for one in low)
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(one.cell) for one in low),
            arithmetic=tuple(_line(one) for one in low),
            severity="serious" if serious else "question",
            shows=f"{len(low)} of {len(held)} {what} that can be held against a public number of plain fine-tuning for the same model are "
            f"at least {BELOW:g} point below it.{weak}",
            does_not_show="Why: another split, less tuning, a shorter schedule or another classification head all lower a score. Where "
            "the splits differ, the two numbers are not about the same examples.",
        )
    if near := [one for one in held if one.gap > -BELOW]:
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(one.cell) for one in near),
            arithmetic=tuple(_line(one) for one in near),
            severity="note",
            shows=f"{len(near)} of {len(held)} {what} are within {BELOW:g} point of a public number of plain fine-tuning for the same "
            "model, or above it.",
            does_not_show=fair,
        )


def _words(table: PublishedTable) -> tuple[str, str, str]:
    """What the compared cells are called, what follows from low ones, and what near ones do not show. Only a baseline row has baselines."""
    if table.baseline:
        weak = " A gain over a weak baseline is partly the baseline's weakness."
        return "baselines", weak, "That the comparison is fair in other respects."
    return (
        "scores of a table without a baseline row",
        "",
        "What the same runs without the method would have scored: the table has no such row.",
    )


def _is_compared(table: PublishedTable, cell: PublishedCell) -> bool:
    wanted = cell.arm == table.baseline if table.baseline else cell.arm is not None
    return wanted and cell.known and cell.shots == "all" and cell.encoder is not None and cell.task is not None


def _held(table: PublishedTable, cell: PublishedCell, published: Published) -> Iterator[Held]:
    for reference in (other for other in published.tables.values() if other.reference):
        for public in reference.cells:
            if public.known and (public.encoder, public.task, public.metric) == (cell.encoder, cell.task, cell.metric):
                yield Held(cell, public, _best(table, cell))


def _best(table: PublishedTable, cell: PublishedCell) -> PublishedCell | None:
    """The best of the methods that this table sets against this very baseline cell."""
    beside = [other for other in table.cells if other.known and other.arm is not None and table.base(other) == cell]
    return max(beside, key=lambda other: other.value or 0.0, default=None)


def _line(one: Held) -> str:
    split = "same split" if one.same_split else f"splits: {one.cell.split} here, {one.public.split} there"
    line = f"{place(one.cell)}: {one.cell.value:g} here, {one.public.value:g} for {one.public.model} in public: {one.gap:+.2f} ({split})"
    if one.best is not None and one.left is not None:
        gain = (one.best.value or 0.0) - (one.cell.value or 0.0)
        line += f"; {one.best.method} gains {gain:+.2f} over the baseline here, {one.left:+.2f} over the public number"
    return line
