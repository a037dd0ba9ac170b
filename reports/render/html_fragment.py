"""A table as an HTML fragment; jinja2 escapes everything."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.tables.table import Table

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


@cache
def environment() -> Environment:
    """The templates of this package; every value is escaped, an unknown name is an error."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def html(table: Table) -> str:
    """One `<figure>` with the table, its caption, header and footnotes."""
    return environment().get_template("table.html").render(table=table)
