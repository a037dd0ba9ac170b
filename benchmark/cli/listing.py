"""The listing of what exists: methods, tasks, suites, profiles, encoders, noise, published tables. Nothing that is listed is imported.

`list_methods` and its like are the Python API's; the commands take `listing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmark.errors import UserError
from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd


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
    """One thing that exists.

    Args:
        name: what a command takes.
        summary: what it is.
        origin: where it is defined, as `file:line`.
        error: why it cannot be used; "" where it can.
        family: of a method, what it is for; "" for what is no method.
        controls: of a method, the methods that it is a control of.
    """

    name: str
    summary: str
    origin: str
    error: str = ""
    family: str = ""
    controls: tuple[str, ...] = ()


def listing(kind: ListedKind, plugins: str | Path | Iterable[str | Path] = (), results: Path | None = None) -> list[ListedRow]:
    """Everything of a kind, in the order in which it is shown, places as `readable` gives them.

    Args:
        plugins: files or modules to load first.
        results: of published tables, count what of them this results folder can fill.
    """
    if plugins:
        from benchmark.plugins.plugin_loading import load_plugins

        load_plugins(plugins)
    rows = _tables(results) if kind is ListedKind.tables else SOURCES[kind]()
    return [row._replace(origin=readable(row.origin)) for row in rows]


def listing_frame(kind: ListedKind, plugins: str | Path | Iterable[str | Path] = (), results: Path | None = None) -> pd.DataFrame:
    """`listing` as a frame; only methods have the columns `family` and `controls`."""
    import pandas as pd

    frame = pd.DataFrame(listing(kind, plugins, results), columns=list(ListedRow._fields))
    return frame if kind is ListedKind.methods else frame.drop(columns=["family", "controls"])


def list_methods(plugin: str | Path | Iterable[str | Path] = ()) -> pd.DataFrame:
    """Every method and baseline that can be run: name, summary, origin (`file:line`), error ("" where it can be used), family, controls.

    Args:
        plugin: a file or module to load first, or several.

    Examples:
        >>> benchmark.list_methods().query("family == 'paper'")["name"].tolist()
    """
    return listing_frame(ListedKind.methods, plugin)


def list_tasks(plugin: str | Path | Iterable[str | Path] = ()) -> pd.DataFrame:
    """Every task: name, summary, origin, error.

    Args:
        plugin: a file or module to load first, or several.

    Examples:
        >>> "sst2" in set(benchmark.list_tasks()["name"])
        True
    """
    return listing_frame(ListedKind.tasks, plugin)


def list_suites() -> pd.DataFrame:
    """Every suite, which is a grid of cells and arms: name, summary, origin, error.

    Examples:
        >>> benchmark.list_suites()
    """
    return listing_frame(ListedKind.suites)


def list_profiles() -> pd.DataFrame:
    """Every profile, which says what a suite runs on: name, summary, origin, error.

    Examples:
        >>> benchmark.list_profiles()
    """
    return listing_frame(ListedKind.profiles)


def list_encoders() -> pd.DataFrame:
    """Every encoder: name, summary, origin, error.

    Examples:
        >>> "all-minilm-l6-v2" in set(benchmark.list_encoders()["name"])
        True
    """
    return listing_frame(ListedKind.encoders)


def list_noise(plugin: str | Path | Iterable[str | Path] = ()) -> pd.DataFrame:
    """Every type of noise, with its levels in the summary: name, summary, origin, error.

    Args:
        plugin: a file or module to load first, or several.

    Examples:
        >>> "label-flip" in set(benchmark.list_noise()["name"])
        True
    """
    return listing_frame(ListedKind.noise, plugin)


def list_tables(results: str | PathLike[str] | None = None) -> pd.DataFrame:
    """Every published table, with how many of its cells can be filled in the summary: name, summary, origin, error.

    Args:
        results: count what the runs of this folder fill; None: of the default folder, if it is there.

    Examples:
        >>> benchmark.list_tables("results/study")
    """
    return listing_frame(ListedKind.tables, results=None if results is None else Path(results))


def lines(rows: Sequence[ListedRow]) -> str:
    """The rows in columns; the first word of each line is the name."""
    width = max(len(row.name) for row in rows)
    return "\n".join(f"{row.name:<{width}}  {_what(row)}  ({row.origin})" for row in rows)


def _what(row: ListedRow) -> str:
    if row.error:
        return f"BROKEN: {one_line(row.error)}"
    family = f"{row.family} of {', '.join(row.controls)}" if row.controls else row.family
    return (f"[{family}] " if family else "") + (row.summary.strip().partition("\n")[0] or "-")


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


def _methods() -> list[ListedRow]:
    from benchmark.plugins.registry import FAMILIES, methods

    entries = sorted(methods.listing(), key=lambda entry: _family_rank(entry.family, FAMILIES))
    return [ListedRow(entry.name, entry.summary, entry.origin, entry.error, entry.family, tuple(entry.controls)) for entry in entries]


def _family_rank(family: str, families: Sequence[str]) -> int:
    return families.index(family) if family in families else len(families)


def _tasks() -> list[ListedRow]:
    from benchmark.config.task import load_task, task_names, task_origin

    return [_tried(name, lambda name: load_task(name).title, task_origin(name)) for name in task_names()]


def _files(folder: str) -> list[ListedRow]:
    from benchmark.config.toml_files import listing as listed_files

    return [ListedRow(*listed) for listed in listed_files(folder)]


def _noise() -> list[ListedRow]:
    """The engine's own types of noise from their constants (which import NumPy and nothing heavier), then those of plug-ins."""
    from benchmark.data.noise.registry import KINDS

    own = [
        ListedRow(name, f"{kind.description} ({kind.lowest} to {kind.highest})", kind.origin) for name, kind in sorted(KINDS.own.items())
    ]
    return [*own, *_plugin_noise()]


def _plugin_noise() -> Iterator[ListedRow]:
    from benchmark.plugins.plugin_loading import extensions

    for found in extensions("noise_kinds"):
        levels = f"{found.facts.get('lowest')} to {found.facts.get('highest')}"
        yield ListedRow(found.name, f"{found.facts.get('description')} ({levels})", found.origin)


def _tables(results: Path | None) -> list[ListedRow]:
    from benchmark.cli.output.published_tables import tables

    return [ListedRow(*row) for row in tables(results)]


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
