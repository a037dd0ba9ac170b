"""The one place of this package that writes files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmark.errors import UserError, unknown
from benchmark.records.error_text import printable
from reports.render.csv_text import flat
from reports.render.json_text import full
from reports.render.latex import latex
from reports.render.markdown import markdown
from reports.render.page import Section, page
from reports.tables.table import Table

LONGEST_NAME = 150
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")
ENDINGS = {"md": ".md", "latex": ".tex", "html": ".html", "csv": ".csv", "json": ".json"}


def parse_formats(given: str | None) -> tuple[str, ...]:
    """`md,csv` as names of formats; all of them where nothing is given. UserError for an unknown one."""
    if given is None:
        return tuple(ENDINGS)
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    for name in names:
        if name not in ENDINGS:
            raise unknown("format", name, ENDINGS, "Give --format as a list such as md,latex,csv.")
    return names or tuple(ENDINGS)


def write_tables(folder: Path, name: str, tables: Sequence[Table], formats: Iterable[str]) -> list[Path]:
    """One file per format that holds all `tables`, named `name`. Returns what was written."""
    return [write(folder / file_name(name, ENDINGS[format]), rendered(format, tables)) for format in formats]


def file_name(name: str, ending: str) -> str:
    """A name in characters that every file system takes, and that never leads to another folder; a long one is cut and marked by a hash."""
    safe = _UNSAFE.sub("-", name).lstrip(".") or "-"
    if len(safe) > LONGEST_NAME:
        safe = f"{safe[:LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"{safe}{ending}"


def rendered(format: str, tables: Sequence[Table]) -> str:
    """Several tables as the text of one file."""
    return _JOINED[format](tables)


def _page(tables: Sequence[Table]) -> str:
    return page(tables[0].caption, [Section("tables", "Tables", tables=list(tables))])


def _csv(tables: Sequence[Table]) -> str:
    texts = [flat(table) for table in tables]
    return "".join(text if i == 0 else text.partition("\n")[2] for i, text in enumerate(texts))


def _json(tables: Sequence[Table]) -> str:
    return "[\n" + ",\n".join(full(table).rstrip("\n") for table in tables) + "\n]\n"


_JOINED: dict[str, Callable[[Sequence[Table]], str]] = {
    "md": lambda tables: "\n".join(map(markdown, tables)),
    "latex": lambda tables: "\n".join(map(latex, tables)),
    "html": _page,
    "csv": _csv,
    "json": _json,
}


def write(path: Path, content: str | bytes) -> Path:
    """Write one file, its folder included. Control characters in a text are written out, so that no viewer obeys them.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else printable(content).encode())
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}.", "A folder that can be written.", "Give another with --out DIR."
        ) from error
    return path
