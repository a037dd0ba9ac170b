"""list: what exists, one line each, without importing what is listed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from benchmark.cli.options import Plugins
from benchmark.errors import UserError


class Kind(StrEnum):
    """What can be listed."""

    methods = "methods"
    tasks = "tasks"
    suites = "suites"
    profiles = "profiles"
    encoders = "encoders"
    noise = "noise"


class Row(NamedTuple):
    """One line: name, what it is, where it is defined; a broken one has its error in place of what it is."""

    name: str
    summary: str
    origin: str
    error: str = ""


def list_kind(kind: Annotated[Kind, typer.Argument(help="What to list.")], plugin: Plugins = None) -> None:
    """List methods, tasks, suites, profiles, encoders or noise: name, what it is, where it is defined."""
    rows = SOURCES[kind](plugin or [])
    typer.echo(lines(rows) if rows else f"No {kind.value} are installed.")


def lines(rows: list[Row]) -> str:
    """The rows in columns; the first word of each line is the name."""
    width = max(len(row.name) for row in rows)
    return "\n".join(f"{row.name:<{width}}  {_what(row)}  ({readable(row.origin)})" for row in rows)


def _what(row: Row) -> str:
    return f"BROKEN: {row.error.strip().splitlines()[-1]}" if row.error else row.summary.strip().splitlines()[0] if row.summary.strip() else "-"


def readable(origin: str) -> str:
    """A place as `file:line`, relative to the working folder, or else to the folder that its package is installed in."""
    file, colon, line = origin.rpartition(":")
    path, suffix = (Path(file), colon + line) if colon and line.isdigit() else (Path(origin), "")
    return _relative(path) + suffix


def _relative(path: Path) -> str:
    if not path.is_absolute():
        return path.as_posix()
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    parents = [parent for parent in path.parents if parent.name in ("site-packages", "dist-packages")]
    return path.relative_to(parents[0]).as_posix() if parents else path.name


def _methods(plugins: list[str]) -> list[Row]:
    from benchmark import registry

    _load(plugins)
    return [Row(entry.name, entry.summary, entry.origin, entry.error or "") for entry in registry.methods.listing()]


def _tasks(plugins: list[str]) -> list[Row]:
    from benchmark.config.task import load_task, task_names, task_origin

    _load(plugins)
    return [_tried(name, lambda name: load_task(name).title, task_origin(name)) for name in task_names()]


def _tried(name: str, summary: Callable[[str], str], origin: str) -> Row:
    """A row, or a row with the error of a definition that is wrong: one broken file hides no other."""
    try:
        return Row(name, summary(name), origin)
    except UserError as error:
        return Row(name, "", origin, str(error))


def _load(plugins: list[str]) -> None:
    from benchmark import registry

    for plugin in plugins:
        registry.load_plugin(plugin)


def _suites(plugins: list[str]) -> list[Row]:
    return []


def _profiles(plugins: list[str]) -> list[Row]:
    return []


def _encoders(plugins: list[str]) -> list[Row]:
    return []


def _noise(plugins: list[str]) -> list[Row]:
    from benchmark.data.noise import KINDS

    _load(plugins)
    return [Row(kind.name, f"{kind.description} (level {kind.lowest:g} to {kind.highest:g})", kind.origin) for kind in KINDS.values()]


SOURCES: dict[Kind, Callable[[list[str]], list[Row]]] = {
    Kind.methods: _methods,
    Kind.tasks: _tasks,
    Kind.suites: _suites,
    Kind.profiles: _profiles,
    Kind.encoders: _encoders,
    Kind.noise: _noise,
}
