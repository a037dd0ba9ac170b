"""One HTML page that needs nothing from outside: style, script and pictures are in it."""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from reports.render.html_fragment import environment
from reports.tables.table import Table
from reports.tables.task_tables import TableChoice

OPEN_ROWS = 45  # of the tables of all tasks together


@dataclass(frozen=True)
class PagePicture:
    """A drawn figure for the page; a `lead` one stands beside the answers."""

    name: str
    alt: str
    svg: bytes
    lead: bool = False

    @property
    def source(self) -> str:
        """The picture itself, as an address."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode()}"


@dataclass(frozen=True)
class Answered:
    """An answer of the first screen.

    Args:
        subject: what is compared with what.
        said: its sentences.
        table: name of the table with the numbers behind it.
    """

    subject: str
    said: list[str]
    table: str


@dataclass(frozen=True)
class Section:
    """A part of the page: a block of results, or tables alone.

    Args:
        pictures: those that lead stand beside the answers; the others are folded with the tables.
        answers: the first screen; without tables per task nothing is folded.
        tasks: one table per task, shown open.
        how: how the answers are to be read.
        choices: tables of which the page's script shows the one that a reader chooses; without it all of them stand there.
        interim: whether runs of it are still to come: then the tables of tasks are folded too.
        aside: what the rest of a registered study is, in a sentence above it; "" elsewhere.
    """

    name: str
    title: str
    text: str = ""
    tables: list[Table] = field(default_factory=list)
    pictures: list[PagePicture] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    tasks: list[Table] = field(default_factory=list)
    how: str = ""
    aside: str = ""
    interim: bool = False
    choices: list[TableChoice] = field(default_factory=list)

    @property
    def short_answers(self) -> bool:
        """Whether its answers are few enough for one column."""
        return len(self.answers) < 4

    @property
    def long(self) -> bool:
        """Whether the tables of its tasks are too long to stand open: then a table to choose stands open, and they are folded."""
        return bool(self.choices) and sum(len(table.rows) for table in self.tasks) > OPEN_ROWS

    @property
    def shut(self) -> bool:
        """Whether the whole section is folded: a part of a study that has its answers elsewhere."""
        return bool(self.aside) and not self.answers

    @property
    def figures(self) -> list[list[PagePicture]]:
        """The folded pictures; the pages of one figure together."""
        groups: dict[str, list[PagePicture]] = {}
        for picture in self.pictures:
            if not picture.lead:
                groups.setdefault(picture.name.partition(".page-")[0], []).append(picture)
        return list(groups.values())

    @property
    def first_choices(self) -> list[TableChoice]:
        """The tables that stand open without the script: the first metric and baseline, every number of labels."""
        first = self.choices[0]
        return [one for one in self.choices if (one.metric, one.against) == (first.metric, first.against)]

    @property
    def other_choices(self) -> list[TableChoice]:
        """The tables that are folded without the script."""
        first = self.first_choices
        return [one for one in self.choices if one not in first]

    @property
    def folded(self) -> bool:
        """Whether tables and figures are folded behind the answers."""
        return bool(self.tasks)

    @property
    def conditions(self) -> list[str]:
        """The lines above and below the tables that more than one of them has: said once for all."""
        counts = Counter(line for table in self.tables for line in dict.fromkeys([*table.header, *table.footnotes]))
        return [line for line, count in counts.items() if count > 1] if self.folded else []

    @property
    def brief(self) -> list[Table]:
        """The tables with only those lines that are theirs alone."""
        common = set(self.conditions)
        return [
            replace(
                table,
                header=tuple(line for line in table.header if line not in common),
                footnotes=tuple(line for line in table.footnotes if line not in common),
            )
            for table in self.tables
        ]

    def short(self, caption: str) -> str:
        """A caption without what the section's own title says: for the list of contents."""
        return re.sub(f"(: | \\()[{self.title[:1].lower()}{self.title[:1]}]{re.escape(self.title[1:])}\\)?$", "", caption)


def page(title: str, sections: list[Section], notes: list[str] | None = None, deviations: list[str] | None = None) -> str:
    """The page: per section the answers first, then task by task, then everything else folded; tables alone stand open under a list of
    contents.

    Args:
        notes: lines above everything else.
        deviations: one line that compares the results with their registration, and one per deviation, folded behind it.
    """
    told = {"title": title, "sections": sections, "notes": notes or [], "registration": deviations or []}
    return environment().get_template("page.html").render(**told)
