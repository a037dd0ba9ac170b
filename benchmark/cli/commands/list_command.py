"""list: what exists, one line each, without importing what is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from benchmark.cli.options import Plugins, Results
from benchmark.cli.output.published_tables import tables
from benchmark.errors import UserError
from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from benchmark.plugins.registry import Entry


class ListedKind(StrEnum):
    """What can be listed."""

    methods = "methods"
    tasks = "tasks"
    suites = "suites"
    profiles = "profiles"
    encoders = "encoders"
    noise = "noise"
    tables = "tables"


class ListedRow(NamedTuple):
    """One line: name, what it is, where it is defined; a broken one has its error in place of what it is."""

    name: str
    summary: str
    origin: str
    error: str = ""


def list_kind(kind: Annotated[ListedKind, typer.Argument(help="What to list.")], plugin: Plugins = None, results: Results = None) -> None:
    """List methods, tasks, suites, profiles, encoders, noise or published tables: name, what it is, where it is defined."""
    _load(plugin or [])
    rows = [ListedRow(*row) for row in tables(results)] if kind is ListedKind.tables else SOURCES[kind]()
    typer.echo(lines(rows) if rows else f"No {kind.value} are installed.")


def lines(rows: list[ListedRow]) -> str:
    """The rows in columns; the first word of each line is the name."""
    width = max(len(row.name) for row in rows)
    return "\n".join(f"{row.name:<{width}}  {_what(row)}  ({readable(row.origin)})" for row in rows)


def _what(row: ListedRow) -> str:
    if row.error:
        return f"BROKEN: {one_line(row.error)}"
    return row.summary.strip().partition("\n")[0] or "-"


def readable(origin: str) -> str:
    """A place as `file:line`, relative to the working folder, or else to the folder that its package is installed in."""
    file, colon, line = origin.rpartition(":")
    path, suffix = (Path(file), colon + line) if colon and line.isdigit() else (Path(origin), "")
    return _relative(path) + suffix


def _relative(path: Path) -> str:
    if not path.is_absolute():
        return path.as_posix()
    for root in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    parents = [parent for parent in path.parents if parent.name in ("site-packages", "dist-packages")]
    return path.relative_to(parents[0]).as_posix() if parents else path.name


def _load(plugins: list[str]) -> None:
    if plugins:
        from benchmark.plugins import registry

        for plugin in plugins:
            registry.load_plugin(plugin)


def _methods() -> list[ListedRow]:
    from benchmark.plugins import registry

    entries = sorted(registry.methods.listing(), key=lambda entry: _family_rank(entry.family, registry.FAMILIES))
    return [ListedRow(entry.name, f"[{_family(entry)}] {entry.summary}", entry.origin, entry.error) for entry in entries]


def _family(entry: Entry) -> str:
    return f"{entry.family} of {', '.join(entry.controls)}" if entry.controls else entry.family


def _family_rank(family: str, families: Sequence[str]) -> int:
    return families.index(family) if family in families else len(families)


def _tasks() -> list[ListedRow]:
    from benchmark.config.task import load_task, task_names, task_origin

    return [_tried(name, lambda name: load_task(name).title, task_origin(name)) for name in task_names()]


def _files(folder: str) -> list[ListedRow]:
    from benchmark.config.toml_files import listing

    return [ListedRow(*listed) for listed in listing(folder)]


def _noise() -> list[ListedRow]:
    """The engine's own types of noise from their constants (which import NumPy and nothing heavier), then those of plug-ins."""
    from benchmark.data.noise.registry import KINDS

    own = [
        ListedRow(name, f"{kind.description} ({kind.lowest} to {kind.highest})", kind.origin) for name, kind in sorted(KINDS.own.items())
    ]
    return [*own, *_plugin_noise()]


def _plugin_noise() -> Iterator[ListedRow]:
    from benchmark.plugins import registry

    for found in registry.extensions("noise_kinds"):
        levels = f"{found.facts.get('lowest')} to {found.facts.get('highest')}"
        yield ListedRow(found.name, f"{found.facts.get('description')} ({levels})", found.origin)


def _tried(name: str, summary: Callable[[str], str], origin: str) -> ListedRow:
    """A row, or a row with the error of a definition that is wrong: one broken file hides no other."""
    try:
        return ListedRow(name, summary(name), origin)
    except UserError as error:
        return ListedRow(name, "", origin, str(error))


SOURCES: dict[ListedKind, Callable[[], list[ListedRow]]] = {
    ListedKind.methods: _methods,
    ListedKind.tasks: _tasks,
    ListedKind.suites: lambda: _files("suites"),
    ListedKind.profiles: lambda: _files("profiles"),
    ListedKind.encoders: lambda: _files("encoders"),
    ListedKind.noise: _noise,
}
