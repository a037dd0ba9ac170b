"""A table as GitHub markdown."""

from __future__ import annotations

import re

from tabulate import tabulate

from reports.tables.table import Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$&#])")


def markdown(table: Table, level: int = 2) -> str:
    """The table under a heading, with its header above and its footnotes below."""
    heads = [escape(column.title) for column in table.columns]
    aligned = ["right" if column.numeric else "left" for column in table.columns]
    body = [[escape(shown) for shown in row] for row in table.grid()]
    grid = tabulate(body, headers=heads, tablefmt="pipe", disable_numparse=True, colalign=aligned) if body else "No rows."
    above = [f"{'#' * level} {escape(table.caption)}", *(f"- {escape(line)}" for line in table.header)]
    below = [f"- {escape(line)}" for line in table.legend]
    return "\n".join([above[0], "", *above[1:], "", grid, "", *below]).rstrip() + "\n"


def paragraphs(text: str) -> str:
    """Paragraphs, with an empty line between each two, as markdown shows them as they are."""
    return "\n\n".join(escape(part) for part in text.split("\n\n"))


def escape(text: str) -> str:
    """Text that markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
