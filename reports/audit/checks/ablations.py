"""Whether the whole method is the best of its own ablation, and whether each part helps the baseline."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published
from reports.published.facts import Ablation
from reports.published.published_table import PublishedTable

NAME = "parts of the method"


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Cells in which a part is above the whole, and cells in which a part is below the baseline."""
    for ablation in published.facts_of(table).ablations:
        if ablation.table != table.key:
            continue
        lines = [line for row in table.rows for part in ablation.parts for line in _row(table, ablation, row.id, part)]
        if lines:
            yield Finding(
                check=NAME,
                paper=table.paper,
                table=table.key,
                cells=tuple(where for where, _ in lines),
                arithmetic=tuple(line for _, line in lines),
                severity="note",
                shows="A part alone is above the whole method, or below plain fine-tuning, in these cells: not every part helps on every "
                "data set.",
                does_not_show="Whether that is more than run-to-run noise: the table has no spread.",
            )


def _row(table: PublishedTable, ablation: Ablation, row: str, part: str) -> Iterable[tuple[str, str]]:
    value, whole, base = (table.cell(row, column).value for column in (part, ablation.whole, ablation.baseline))
    if value is None or whole is None or base is None:
        return
    where = f"{row} / {part}"
    if value > whole:
        yield where, f"{where}: {value:.2f}, above {ablation.whole} ({whole:.2f})"
    if value < base:
        yield where, f"{where}: {value:.2f}, below {ablation.baseline} ({base:.2f})"
