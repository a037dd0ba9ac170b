"""The lines of a claim: one gain each, as reported, as ours, or as others' second run of the same method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from reports.analysis.analysis import Analysis
from reports.published.catalogue import claiming_paper, load_tables
from reports.published.printed_gains import PrintedGain, printed_gains
from reports.published.published_table import PublishedTable
from reports.results.scored_cell import ScoredCell

Source = Literal["reported", "ours", "others"]
SOURCES: tuple[Source, ...] = ("reported", "ours", "others")


@dataclass(frozen=True)
class ClaimLine:
    """One gain of a method on a task.

    Args:
        arm, task, shots: our names.
        source: who measured it.
        gain: over the baseline, in points; `low`, `high`: the interval of ours, None where none is known.
        over: the baseline. model: the encoder.
        n: runs behind each mean; None: not stated.
        where: the published table, or the block of ours.
        metric: what the gain is a gain of.
        marks: letters of `tables.table.MARKS`, of ours.
    """

    arm: str
    task: str
    shots: str
    source: Source
    gain: float
    over: str
    model: str
    n: int | None
    where: str
    low: float | None = None
    high: float | None = None
    metric: str = "accuracy"
    marks: tuple[str, ...] = ()

    @property
    def subject(self) -> tuple[str, str, str]:
        """What the claim is about: arm, task and metric."""
        return self.arm, self.task, self.metric

    @property
    def order(self) -> tuple[str, str, float, str, int]:
        """By arm and task, then by labels, then reported, ours, others."""
        size = float(self.shots) if self.shots.isdigit() else float("inf")
        return self.arm, self.task, size, self.shots, SOURCES.index(self.source)


def claim_lines(analysis: Analysis, tables: Mapping[str, PublishedTable] | None = None) -> list[ClaimLine]:
    """The lines of every method and task that the analysis compares and the method's paper prints a gain for, in our metric. None for
    stand-in data: it says nothing about a claim."""
    if analysis.block.stand_in:
        return []
    tables = load_tables() if tables is None else tables
    printed = [line for table in tables.values() for gain in printed_gains(table) if (line := _printed(gain, table, tables)) is not None]
    printed = list({(*line.order, line.gain, line.model): line for line in reversed(printed)}.values())  # one table may repeat another
    claimed = {line.subject for line in printed if line.source == "reported"}
    mine = [line for line in _ours(analysis) if line.subject in claimed]
    shown = {line.subject for line in mine}
    return sorted([*mine, *(line for line in printed if line.subject in shown)], key=lambda line: line.order)


def _printed(gain: PrintedGain, table: PublishedTable, tables: Mapping[str, PublishedTable]) -> ClaimLine | None:
    cell = gain.cell
    if cell.noise is not None or cell.arm is None or cell.task is None or cell.shots is None:
        return None
    source: Source = "reported" if claiming_paper(cell.arm, tables) == table.paper else "others"
    over = gain.base.method or str(gain.base.arm)
    return ClaimLine(cell.arm, cell.task, cell.shots, source, gain.gain, over, cell.model, cell.n, table.key, metric=cell.metric)


def _ours(analysis: Analysis) -> Iterator[ClaimLine]:
    for place, found in analysis.comparisons.items():
        arm, cell = place
        if found.difference is None or cell.noise or cell.imbalance or cell.apart:
            continue
        ends = (None, None) if found.interval is None else (100 * found.interval.low, 100 * found.interval.high)
        gain, over, where = 100 * found.difference, analysis.against, analysis.block.name
        marks = tuple(mark for mark, on in (("f", analysis.floored(cell)), ("p", analysis.block.runs[place].partial)) if on)
        ours = ClaimLine(
            arm.partition(" [")[0], cell.task, cell.size, "ours", gain, over, _encoder(analysis, arm, cell), found.n, where, *ends
        )
        yield replace(ours, metric=cell.metric, marks=marks)


def _encoder(analysis: Analysis, arm: str, cell: ScoredCell) -> str:
    return ", ".join(sorted({str(name) for name in analysis.block.runs[arm, cell].column("encoder")} - {""}))
