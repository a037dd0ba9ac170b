"""What a check reports: the cells, the arithmetic, and in plain words what follows from it and what does not."""

from __future__ import annotations

from typing import Literal, NamedTuple

from benchmark.records.spec import Frozen
from reports.published.facts import PaperFacts
from reports.published.published_table import PublishedCell, PublishedTable

Severity = Literal["note", "question", "serious"]


class Finding(Frozen):
    """One result of one check on one table.

    Args:
        check: name of the check.
        paper, table: what was checked.
        cells: the cells concerned, as `row / column`.
        arithmetic: one line per cell or step.
        severity: `note`: a consistency, or something to know when reading; `question`: printed facts that do not fit together as stated;
            `serious`: a question on which a conclusion of the table depends.
        shows, does_not_show: in plain words.
    """

    check: str
    paper: str
    table: str
    cells: tuple[str, ...]
    arithmetic: tuple[str, ...]
    severity: Severity
    shows: str
    does_not_show: str


class Published(NamedTuple):
    """Everything that a check may look at: all tables by key, and the facts of each paper."""

    tables: dict[str, PublishedTable]
    facts: dict[str, PaperFacts]

    def facts_of(self, table: PublishedTable) -> PaperFacts:
        """The facts of the table's paper."""
        return self.facts.get(table.paper, PaperFacts())


def place(cell: PublishedCell) -> str:
    """A cell as findings name it."""
    return f"{cell.row} / {cell.column}"


def listed(texts: list[str]) -> str:
    """`a, b and c`."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
