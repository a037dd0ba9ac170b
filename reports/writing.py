"""The one place of this package that writes files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from benchmark.errors import unknown
from reports.render.flat import flat
from reports.render.full import full
from reports.render.html import html
from reports.render.latex import latex
from reports.render.markdown import markdown
from reports.tables.model import Table

Renderer = Callable[[Table], str]
FORMATS: dict[str, tuple[str, Renderer]] = {
    "md": (".md", markdown),
    "latex": (".tex", latex),
    "html": (".html", html),
    "csv": (".csv", flat),
    "json": (".json", full),
}


def parse_formats(given: str | None) -> tuple[str, ...]:
    """`md,csv` as names of formats; all of them where nothing is given. UserError for an unknown one."""
    if given is None:
        return tuple(FORMATS)
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS, "Give --format as a list such as md,latex,csv.")
    return names or tuple(FORMATS)


def write_tables(folder: Path, name: str, tables: Iterable[Table], formats: Iterable[str]) -> list[Path]:
    """One file per format that holds all `tables`, named `name`. Returns what was written."""
    given = list(tables)
    return [write(folder / f"{name}{FORMATS[format][0]}", _joined(format, given)) for format in formats]


def _joined(format: str, tables: list[Table]) -> str:
    render = FORMATS[format][1]
    texts = [render(table) for table in tables]
    if format == "json":
        return "[\n" + ",\n".join(text.rstrip("\n") for text in texts) + "\n]\n"
    if format == "csv":
        return "".join(text if i == 0 else text.partition("\n")[2] for i, text in enumerate(texts))
    return "\n".join(texts)


def write(path: Path, content: str | bytes) -> Path:
    """Write one file, its folder included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
