"""The neutral table: what each cell says, once, for every format."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

MINUS, PLUS_MINUS, ABSENT = "\N{MINUS SIGN}", "\N{PLUS-MINUS SIGN}", "-"

# The letters that may stand behind a number, and what they say under the table.
MARKS: dict[str, str] = {
    "a": "at least one run raised an alarm (see the list of alarms)",
    "c": "at least one run collapsed: its score is within one test-set standard error of the majority rate, or below it",
    "f": "at floor: no arm of this cell is above the majority rate by two test-set standard errors; outside every family of tests",
    "h": "significant at 5 % after Holm's correction over the comparison's family (the conditions list all families)",
    "k": "skewed differences, spreads that differ by a factor of two or more, or fewer than six pairs: a t-test finds a difference where "
    "there is none in up to 13 % of such cases, not in 5 %; marked where p is at most .05",
    "l": "the length cap cut more than 1 % of the test texts",
    "p": "partial data: fewer rows than the original",
    "s": "stand-in data or a stand-in encoder: no verdict follows from it",
    "t": "the conclusion is about these test examples only: another test set could turn it round",
    "u": "this design cannot reach the level, whatever the scores",
    "x": "at least one run failed",
}


@dataclass(frozen=True)
class TableCell:
    """One cell: a number with what it needs to be read, or a text.

    Args:
        value: the number at full precision, in the unit that the column names before `scale`.
        spread: its spread, in the same unit; which spread it is, the table's caption says.
        interval: lower and upper end.
        n: runs behind the number.
        planned: runs that were planned; shown as `n of N` where some are not there.
        counted: whether n is shown where none is missing: cells of one table rest on different numbers of runs.
        text: in place of a number; a `blank` cell shows nothing, one with neither shows a dash.
        marks: letters of `MARKS`.
        scale, digits: how the number is shown: value x scale with this many digits.
        signed: with a sign, for a difference.
    """

    value: float | None = None
    spread: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    planned: int | None = None
    counted: bool = False
    text: str = ""
    blank: bool = False
    marks: tuple[str, ...] = ()
    scale: float = 100.0
    digits: int = 1
    signed: bool = False

    @property
    def shown(self) -> str:
        """The cell as every format prints it, before escaping."""
        if self.blank:
            return ""
        parts = [self.text or self._number()]
        if self.planned is not None and self.n is not None and self.n < self.planned:
            parts.append(f"({self.n} of {self.planned})")
        elif self.counted and self.n is not None:
            parts.append(f"(n = {self.n})")
        if self.marks:
            parts.append(f"[{','.join(sorted(self.marks))}]")
        return " ".join(part for part in parts if part)

    def _number(self) -> str:
        if self.value is None or not math.isfinite(self.value):
            return ABSENT
        shown = number(self.value * self.scale, self.digits, self.signed)
        if self.spread is not None and math.isfinite(self.spread):
            shown += f" {PLUS_MINUS} {number(self.spread * self.scale, self.digits)}"
        if self.interval is not None and all(map(math.isfinite, self.interval)):
            low, high = (number(end * self.scale, self.digits, self.signed) for end in self.interval)
            shown += f" [{low}; {high}]"
        return shown


def number(value: float, digits: int = 1, signed: bool = False) -> str:
    """A number with a fixed count of digits and a true minus sign; a rounded zero has no sign."""
    shown = f"{abs(value):.{digits}f}"
    if float(shown) == 0:
        return shown
    return f"{MINUS}{shown}" if value < 0 else f"+{shown}" if signed else shown


def counted(n: int, noun: str) -> str:
    """A count with its noun in the singular or plural."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def words(text: object) -> TableCell:
    """A cell of text."""
    return TableCell(text=str(text), blank=not str(text))


@dataclass(frozen=True)
class TableColumn:
    """A column: its name in files, the lines of its heading, and whether it holds numbers."""

    name: str
    heading: tuple[str, ...]
    numeric: bool = True

    @property
    def title(self) -> str:
        """The heading in one line."""
        return " ".join(line for line in self.heading if line)


@dataclass(frozen=True)
class TableRow:
    """A row: one cell per column.

    Args:
        rule: a line above it.
        foot: it is about the columns, no row like the others: never sorted among them.
        name: what it is called in files; by default its first cell.
    """

    cells: tuple[TableCell, ...]
    rule: bool = False
    foot: bool = False
    name: str = ""

    @property
    def called(self) -> str:
        """Its name in files."""
        return self.name or self.cells[0].shown


@dataclass(frozen=True)
class Table:
    """A table with everything that its numbers need to be read.

    Args:
        name: its file name, without an ending.
        caption: one sentence.
        header: lines above: what was run on what.
        footnotes: lines below.
        sortable: whether the order of the rows may change on a page.
        data: what the numbers were made from, for the JSON files.
    """

    name: str
    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    header: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    sortable: bool = True
    data: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"table {self.name}: a row has {len(row.cells)} cells, the table {len(self.columns)} columns")

    def _repr_markdown_(self) -> str:
        """How a notebook shows the table."""
        from reports.render.markdown import markdown

        return markdown(self)

    @property
    def legend(self) -> tuple[str, ...]:
        """The footnotes, and the meaning of every mark in use."""
        used = sorted({mark for row in self.rows for cell in row.cells for mark in cell.marks})
        return (*self.footnotes, *(f"[{mark}] {MARKS[mark]}." for mark in used))

    def grid(self) -> Iterator[tuple[str, ...]]:
        """Every row as it is printed."""
        for row in self.rows:
            yield tuple(cell.shown for cell in row.cells)
