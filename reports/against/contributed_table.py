"""The tables of contributed results: each with its state and its gains, and what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmark.config.contributions.contribution_state import ContributionState, Standing
from benchmark.config.contributions.submission import Submission
from reports.against.against_tables import gain_cell, level_name, levels
from reports.against.paired_with_reference import PairedWithReference
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

TEXT = {"method", "date", "state", "labels", "authors", "claim"}
MEANINGS = {
    ContributionState.CLAIMED: "as sent in: files and scores are consistent, nothing was run again",
    ContributionState.RERUN: "a maintainer ran a sample again, and it held",
    ContributionState.SIGNED_OFF: "a maintainer has read the method and stands by the results",
}


class Contributed(NamedTuple):
    """A contribution with its state, and its runs beside the reference."""

    submission: Submission
    standing: Standing
    paired: PairedWithReference


def contributed_table(entries: Sequence[Contributed]) -> Table:
    """One row per contribution and number of labels: its state, and its mean gain over the baseline of the reference."""
    baselines = sorted({entry.paired.baseline for entry in entries}) or ["the baseline"]
    heads = ("method", "date", "state", "labels", "tasks", "pairs", f"gain over {', '.join(baselines)}", "authors", "claim")
    rows = [row for entry in entries for row in _rows(entry)]
    used = [state for state in ContributionState if any(entry.standing.state == state for entry in entries)]
    return Table(
        name="contributed",
        caption="Contributed results: mean over tasks of the mean paired gain, in points [95% interval, not corrected]",
        columns=tuple(TableColumn(head, (head,), head not in TEXT) for head in heads),
        rows=tuple(rows),
        footnotes=tuple(f"{state}: {MEANINGS[state]}." for state in used),
    )


def _rows(entry: Contributed) -> list[TableRow]:
    said, paired = entry.submission, entry.paired
    state = f"{entry.standing.state}{f' ({entry.standing.note})' if entry.standing.note else ''}"
    first, last = (words(said.method), words(said.date), words(state)), (words(", ".join(said.authors)), words(said.claim))
    rows = []
    for level, cells in levels(paired).items():
        gain = paired.gain(paired.mine[0], paired.baseline, cells)
        counts = [TableCell(float(n), scale=1, digits=0) for n in (gain.tasks, gain.pairs)] if gain else [TableCell(), TableCell()]
        rows.append(TableRow((*first, words(level_name(level)), *counts, gain_cell(gain), *last), name=f"{said.method} {said.date}"))
    nothing = (words("not paired"), TableCell(), TableCell(), TableCell())
    return rows or [TableRow((*first, *nothing, *last), name=f"{said.method} {said.date}")]


class Checked(NamedTuple):
    """One check of one contribution; `detail` says why it failed."""

    contribution: str
    check: str
    passed: bool
    detail: str


def admission_table(checks: Sequence[Checked]) -> Table:
    """What was checked, and why a contribution is refused."""
    refused = sorted({one.contribution for one in checks if not one.passed})
    columns = [TableColumn(head, (head,), False) for head in ("contribution", "check", "result", "reason")]
    shown = [(one.contribution, one.check, "passed" if one.passed else "REFUSED", one.detail) for one in checks]
    return Table(
        name="admission",
        caption=f"Admission: refused: {', '.join(refused)}" if refused else "Admission: every check passed",
        columns=tuple(columns),
        rows=tuple(TableRow(tuple(words(text) for text in line)) for line in shown),
        footnotes=("No code of a contribution was run for these checks.",),
    )
