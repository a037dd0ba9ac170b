"""The table of claims: reported, ours, others, line under line."""

from __future__ import annotations

from reports.analysis import context
from reports.analysis.analysis import Analysis
from reports.claims.claim_lines import ClaimLine, claim_lines
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

NAMES = ("arm", "task", "labels", "who", "gain [95 %]", "over", "model", "n", "source")
NUMBERS = ("gain [95 %]", "n")


def claims_table(analysis: Analysis) -> Table | None:
    """One line per gain; None where no compared method has a published gain on a task of the block."""
    lines = claim_lines(analysis)
    if not lines:
        return None
    nobody = sorted({line.arm for line in lines} - {line.arm for line in lines if line.source == "others"})
    return Table(
        name=f"claims.{analysis.block.name}",
        caption=f"Per claim: the gain as reported, ours, and others' second run, in points: {analysis.block.title}",
        columns=tuple(TableColumn(name, (name,), name in NUMBERS) for name in NAMES),
        rows=tuple(_row(line, i > 0 and line.order[:2] != lines[i - 1].order[:2]) for i, line in enumerate(lines)),
        header=(
            *context.header(analysis.block),
            "Each gain is over the baseline of its own source. Model, labels, tuning and selection of runs differ: this shows how far a "
            "claim has travelled, and is no test. The verdicts on single cells are in the tables of the papers.",
        ),
        footnotes=(
            "Ours: mean paired difference with its t interval. Printed gains: differences of printed means; their sources print no "
            "interval of a difference. n: runs behind a printed mean after selection, or our pairs.",
            *context.notes(analysis.block),
            *([f"No second run by others was found of: {', '.join(nobody)}."] if nobody else []),
        ),
        sortable=False,
    )


def _row(line: ClaimLine, rule: bool) -> TableRow:
    ends = None if line.low is None or line.high is None else (line.low, line.high)
    gain = TableCell(line.gain, interval=ends, scale=1, digits=1 if line.source == "ours" else 2, signed=True, marks=line.marks)
    count = TableCell() if line.n is None else TableCell(float(line.n), scale=1, digits=0)
    texts = [words(text) for text in (line.arm, line.task, line.shots, line.source)]
    return TableRow(
        (*texts, gain, words(line.over), words(line.model), count, words(line.where)), rule=rule, name=f"{line.arm} | {line.task}"
    )
