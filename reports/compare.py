"""`compare`: two results folders; which cells changed, by how much, and how sure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError
from benchmark.stats.multiplicity import Family, holm
from benchmark.stats.paired import Comparison, compare_units
from benchmark.stats.pairing import pair, runs_of
from reports.analysis.analysis import ALPHA
from reports.results.blocks import Block, read_results
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words
from reports.tables.vs_baseline import p_value

HEADS = ("suite", "profile", "arm", "cell", "A", "B", "B \N{MINUS SIGN} A [95 %]", "pairs", "p", "Holm p", "what")
TEXT = ("suite", "profile", "arm", "cell", "what")


@dataclass(frozen=True)
class Change:
    """One arm in one cell, in both folders or in one.

    Args:
        same: runs with the same key and the same score in both.
        comparison: of B with A on common units; None where there is no such unit or nothing changed.
    """

    block: Block
    a: Runs | None
    b: Runs | None
    same: int
    comparison: Comparison | None = None

    @property
    def name(self) -> str:
        """Where it stands, in one line."""
        runs = self.a or self.b
        assert runs is not None
        return f"{self.block.name} | {runs.arm} | {runs.cell.label}"

    @property
    def unchanged(self) -> bool:
        """Whether both folders hold exactly the same runs."""
        return self.a is not None and self.b is not None and self.same == len(self.a.done) == len(self.b.done)


def compare_folders(first: Path, second: Path) -> Table:
    """What changed from the first folder to the second.

    Raises:
        UserError: a folder without results, or two folders without a suite and profile in common.
    """
    pairs = list(_blocks(first, second))
    if not any(a is not None and b is not None for a, b in pairs):
        raise UserError(
            f"{str(first)!r} and {str(second)!r} have no suite, profile and protocol in common.",
            f"They hold {'; '.join(sorted({block.title for pair in pairs for block in pair if block is not None}))}.",
            "Compare folders that ran the same suite under the same profile.",
        )
    changes = [change for a, b in pairs for change in _changes(a, b)]
    told = [change for change in changes if not change.unchanged]
    tested = {change.name: change.comparison.p for change in told if change.comparison is not None}
    family = holm(tested, alpha=ALPHA) if tested else None
    return Table(
        name="compare",
        caption=f"From A ({first.name}) to B ({second.name}): cells that changed, in points",
        columns=tuple(TableColumn(head, (head,), head not in TEXT) for head in HEADS),
        rows=tuple(TableRow(tuple(_line(change, family)), name=change.name) for change in told),
        header=(
            "A, B: mean \N{PLUS-MINUS SIGN} sample standard deviation over runs (ddof 1). Difference: paired t-test over the units "
            f"that both have; {family or 'no test was possible'}.",
        ),
        footnotes=tuple(_notes(changes, told)),
    )


def _blocks(first: Path, second: Path) -> Iterator[tuple[Block | None, Block | None]]:
    found = [{(b.suite, b.profile, b.protocol): b for b in read_results(folder).blocks} for folder in (first, second)]
    for where in sorted({*found[0], *found[1]}):
        yield found[0].get(where), found[1].get(where)


def _changes(a: Block | None, b: Block | None) -> Iterator[Change]:
    runs = [block.runs if block is not None else {} for block in (a, b)]
    block = a or b
    assert block is not None
    for arm, cell in sorted({*runs[0], *runs[1]}, key=lambda place: (place[1], place[0])):
        yield _change(block, runs[0].get((arm, cell)), runs[1].get((arm, cell)))


def _change(block: Block, a: Runs | None, b: Runs | None) -> Change:
    if a is None or b is None:
        return Change(block, a, b, 0)
    scores = [{(key, runs.scores[unit]) for unit, key in runs.keys.items()} for runs in (a, b)]
    same = len(scores[0] & scores[1])
    change = Change(block, a, b, same)
    if change.unchanged:
        return change
    return Change(block, a, b, same, _compared(block, a, b))


def _compared(block: Block, a: Runs, b: Runs) -> Comparison | None:
    majority = block.majority(a.cell)
    units = pair(runs_of("B", b.rows, majority), runs_of("A", a.rows, majority), pool=block.pool_size(a.cell))
    return compare_units(units, alpha=ALPHA) if units.n else None


def _line(change: Change, family: Family | None) -> list[TableCell]:
    runs, found = change.a or change.b, change.comparison
    assert runs is not None
    ends = None if found is None or found.interval is None else (found.interval.low, found.interval.high)
    return [
        words(change.block.suite),
        words(change.block.profile),
        words(runs.arm),
        words(runs.cell.label),
        _mean(change.a),
        _mean(change.b),
        TableCell() if found is None else TableCell(found.difference, interval=ends, signed=True),
        TableCell() if found is None else TableCell(float(found.n), scale=1, digits=0),
        p_value(found.p if found else None),
        p_value(family.adjusted.get(change.name) if family else None),
        words(_what(change, family)),
    ]


def _mean(runs: Runs | None) -> TableCell:
    if runs is None:
        return words("not there")
    spread = statistics.stdev(runs.column("value")) if len(runs.done) > 1 else None
    return TableCell(runs.mean("value"), spread, n=len(runs.done), planned=runs.planned)


def _what(change: Change, family: Family | None) -> str:
    if change.a is None or change.b is None:
        return f"only in {'B' if change.a is None else 'A'}"
    if change.comparison is None:
        return "no unit in common"
    if change.same and change.comparison.difference == 0:
        return f"other runs beside {change.same} equal ones"
    sure = family is not None and change.name in family.rejected
    return "differs after Holm" if sure else f"no difference shown (equal runs: {change.same})"


def _notes(changes: list[Change], told: list[Change]) -> Iterator[str]:
    yield f"{len(changes) - len(told)} of {len(changes)} arms in cells hold exactly the same runs in both and are not shown."
    environments = [
        {env for change in changes if (runs := getattr(change, side)) is not None for env in runs.column("env_id")} for side in "ab"
    ]
    if environments[0] != environments[1]:
        yield "The two folders come from different environments (env_id): versions or hardware may explain a difference."
    cells: set[ScoredCell] = {runs.cell for change in told for runs in (change.a, change.b) if runs is not None}
    if any(cell.metric != "accuracy" for cell in cells):
        yield f"Metrics: {', '.join(sorted({cell.metric for cell in cells}))}."
