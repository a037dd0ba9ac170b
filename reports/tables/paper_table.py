"""A table of a paper in the paper's own order: theirs, ours, the gains, and the verdict, row under row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

from reports.analysis import context
from reports.published import PublishedCell, PublishedTable
from reports.published.filled_table import Filled, PaperTable, capped
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words
from reports.verdicts.claim import Outcome

Line = Callable[[Filled], TableCell]


def paper_table(filled: PaperTable) -> Table:
    """The published table with ours beside it, in percent."""
    table, block = filled.table, filled.block
    heads = [TableColumn(head or f"head {i + 1}", (head,), numeric=False) for i, head in enumerate(table.heads)]
    body = [TableColumn(column.label, (column.label,)) for column in table.columns]
    return Table(
        name=f"paper.{table.key.replace('/', '.')}.{block.name}",
        caption=f"{table.citation}, {table.number}: {table.title}. Theirs and ours ({block.title})",
        columns=(*heads, TableColumn("what", ("what",), numeric=False), *body),
        rows=tuple(_rows(filled)),
        header=(f"Theirs: {table.caption} Selection: {_selections(table)}. Model: {_models(table)}.", *context.header(block), _how(filled)),
        footnotes=(*_reasons(filled), *_power(filled), *table.notes, *_limits(filled), *context.notes(block)),
        sortable=False,
        data={f"{cell.printed.row} | {cell.printed.column}": asdict(cell.verdict) for cell in filled.cells if cell.verdict is not None},
    )


def _rows(filled: PaperTable) -> Iterator[TableRow]:
    for i, row in enumerate(filled.table.rows):
        cells = [filled.cell(row.id, column.id) for column in filled.table.columns]
        for j, (what, line) in enumerate(_lines(filled, cells)):
            heads = row.labels if j == 0 else ("",) * len(row.labels)
            shown = (*map(words, heads), words(what), *(line(cell) for cell in cells))
            yield TableRow(shown, rule=i > 0 and j == 0, name=f"{row.id} | {what}")


def _lines(filled: PaperTable, cells: list[Filled]) -> Iterator[tuple[str, Line]]:
    yield "theirs", lambda cell: theirs(cell.printed, filled.table)
    if any(cell.ours for cell in cells):
        yield "ours", _ours
        yield "ours \N{MINUS SIGN} theirs", _difference
        yield "runs: theirs / ours", _counts
        yield "ours, seconds per run", _seconds
    if any(cell.floor for cell in cells):
        yield "noise floor, ours [95 %]", _floor
    if any(cell.printed.p is not None for cell in cells):
        yield "printed p", lambda cell: _printed_p(cell.printed.p)
    if any(cell.verdict for cell in cells):
        yield "gain, theirs", _printed_gain
        yield "gain, ours [95 %]", _our_gain
        yield "verdict on the gain", _verdict
    if any(cell.verdict and cell.verdict.level for cell in cells):
        yield "level (secondary)", _level


def theirs(printed: PublishedCell, table: PublishedTable) -> TableCell:
    """The printed cell, with the paper's rounding."""
    if printed.value is None or printed.upper is not None:
        return words(printed.text if printed.state != "absent" else "")
    digits = len(printed.text.split()[0].rstrip("?").partition(".")[2]) if table.decimals is None else table.decimals
    text = "" if printed.confidence != "doubtful" else printed.text
    return TableCell(printed.value, printed.spread, n=printed.n, scale=1, digits=digits, text=text)


def _ours(cell: Filled) -> TableCell:
    if cell.ours is None:
        return words("" if cell.printed.state == "absent" else "-")
    planned = None if cell.ours.selected else cell.ours.planned
    return TableCell(cell.ours.mean, cell.ours.spread, n=cell.ours.n, planned=planned, marks=cell.ours.marks, scale=1)


def _counts(cell: Filled) -> TableCell:
    return TableCell() if cell.ours is None else words(f"{cell.printed.n or 'unknown'} / {cell.ours.n}")


def _seconds(cell: Filled) -> TableCell:
    return TableCell() if cell.ours is None else TableCell(cell.ours.seconds, scale=1)


def _floor(cell: Filled) -> TableCell:
    found = cell.floor
    if found is None or found.difference is None:
        return TableCell()
    ends = None if found.interval is None else (found.interval.low, found.interval.high)
    return TableCell(found.difference, interval=ends, n=found.n, signed=True)


def _difference(cell: Filled) -> TableCell:
    if cell.ours is None or cell.ours.mean is None or cell.printed.value is None:
        return TableCell()
    return TableCell(cell.ours.mean - cell.printed.value, scale=1, signed=True)


def _printed_gain(cell: Filled) -> TableCell:
    return TableCell() if cell.verdict is None else TableCell(cell.verdict.published_gain, scale=1, signed=True)


def _our_gain(cell: Filled) -> TableCell:
    gain = cell.verdict.gain if cell.verdict else None
    return TableCell() if gain is None else TableCell(gain.value, interval=(gain.low, gain.high), n=gain.n, scale=1, signed=True)


def _printed_p(p: float | None) -> TableCell:
    if p is None:
        return TableCell()
    mantissa, _, exponent = f"{p:.0e}".partition("e")
    return TableCell(p, text=f"{p:g}" if p >= 0.001 else f"{mantissa}e{int(exponent)}")


def _level(cell: Filled) -> TableCell:
    level = cell.verdict.level if cell.verdict else None
    if level is None:
        return TableCell()
    return words(str(level.outcome) if level.tells_apart else f"{level.outcome}; cannot tell methods apart")


def _verdict(cell: Filled) -> TableCell:
    if cell.verdict is None:
        return TableCell()
    found = cell.verdict
    more = f" (a new plan needs {found.runs_needed} pairs)" if found.runs_needed and found.outcome in OPEN else ""
    return words(f"{found.outcome}{more}")


OPEN = (Outcome.INCONCLUSIVE, Outcome.UNDECIDED)


def _how(filled: PaperTable) -> str:
    kinds = sorted({cell.verdict.kind for cell in filled.cells if cell.verdict})
    what = {
        "direct": "direct: same model, data and protocol as the paper",
        "conceptual": "conceptual: another model, other data or another protocol than the paper's; never called a reproduction",
    }
    selected = sorted({cell.ours.selected for cell in filled.cells if cell.ours and cell.ours.selected})
    ours = f"Ours: {context.SPREAD}; {'; '.join(selected) or 'every finished run counts'}."
    kind = "; ".join(what[kind] for kind in kinds) or "no verdict is possible"
    return f"{ours} [95 %]: t interval of the mean over pairs of runs. Kind of comparison: {kind}."


def _selections(table: PublishedTable) -> str:
    return ", ".join(sorted({str(cell.selection) for cell in table.cells if cell.state != "absent"})) or "unknown"


def _models(table: PublishedTable) -> str:
    return ", ".join(sorted({cell.model for cell in table.cells if cell.state != "absent"}))


def _reasons(filled: PaperTable) -> Iterator[str]:
    """Why each verdict is what it is, once per reason."""
    said: dict[str, list[str]] = {}
    for cell in filled.cells:
        if cell.verdict is not None:
            said.setdefault(cell.verdict.reason, []).append(f"{cell.printed.row} / {cell.printed.column}")
    for reason, places in said.items():
        yield f"{', '.join(places)}: {reason}"


def _power(filled: PaperTable) -> Iterator[str]:
    found = [cell.verdict.detectable for cell in filled.cells if cell.verdict and cell.verdict.detectable is not None]
    if found:
        low, high = f"{min(found):.1f}", f"{max(found):.1f}"
        between = low if low == high else f"{low} to {high}"
        yield f"Smallest gain that our runs would have found, cell by cell (paired t-test, level .05, power .8): {between} points."
    if any(cell.floor for cell in filled.cells):
        yield (
            "Noise floor: the baseline under other random numbers minus the baseline, on the same splits: a distribution, of which one "
            "mean is shown with its interval."
        )


def _limits(filled: PaperTable) -> Iterator[str]:
    cells = {cell.ours.cell for cell in filled.cells if cell.ours}
    short = sorted({cell.task for cell in cells if capped(filled.block, cell)})
    if short:
        yield f"Our test sets of {', '.join(short)} are a fixed random part of the official ones."
    if filled.table.fill.note:
        yield f"Known differences to the paper: {filled.table.fill.note}."
    doubtful = sum(cell.printed.confidence != "verified" for cell in filled.cells)
    if doubtful:
        yield f"{doubtful} printed cells were not read in the paper itself (secondary or doubtful)."
