"""The registry: methods by name.

A method registers itself with `@methods.register("name")`. Packages that hold methods are found through the entry-point group
`benchmark.plugins` (each entry names a package); their files are read with `ast`, never imported, so that listing is fast and one
broken file harms no other. In a source checkout without installed entry points, the packages `methods` and `baselines` that stand
beside the `benchmark` package are used. A module is imported when its method is used. What `--plugin` names, and cells of a notebook,
are added by `plugin_loading` and `cell_methods`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from benchmark.contract.parameters import construct
from benchmark.errors import UserError, unknown
from benchmark.names import check_name
from benchmark.plugins.cell_source import MAIN
from benchmark.plugins.discovery import PluginPackage, plugin_packages
from benchmark.plugins.entry import Entry, entry_of, scan
from benchmark.plugins.extensions import printing_to_stderr

if TYPE_CHECKING:
    from benchmark.contract.method import Method

C = TypeVar("C", bound=type)

FAMILIES = ("baseline", "null", "matched", "paper", "control", "rival")
CONTROLS_OF = "controls-of"


class Registered(NamedTuple):
    """A class and its catalogue line."""

    entry: Entry
    cls: type[Method]


@dataclass
class Registry:
    """Methods by name: those of the plug-in packages, and those that were registered in this process.

    Args:
        of_main: methods that the main module registers (a notebook's cells, or a script), by name.
        refused: why some of those cannot be used.
    """

    kind: str = "method"
    of_main: dict[str, type[Method]] = field(default_factory=dict)
    refused: dict[str, UserError] = field(default_factory=dict)
    _classes: dict[str, type[Method]] = field(default_factory=dict)
    _registered: dict[str, Entry] = field(default_factory=dict)
    _broken: dict[str, str] = field(default_factory=dict)
    _added: list[PluginPackage] = field(default_factory=list)
    _scanned: list[Entry] | None = None

    def register(self, name: str) -> Callable[[C], C]:
        """Class decorator. `name` must be a literal, so that it can be found without importing the file."""

        check_name(self.kind, name)

        def keep(cls: C) -> C:
            """Enter the class in the catalogue."""
            entry = entry_of(name, cls)
            before, other = self._registered.get(name), self._classes.get(name)
            if cls.__module__ == MAIN:
                self._check_main(entry)
                self.of_main[name] = cls
                self.refused.pop(name, None)
            elif before is not None and other is not None and _identity(other) != _identity(cls):
                raise _twice(self.kind, name, before.origin, entry.origin)
            self._classes[name], self._registered[name] = cls, entry
            return cls

        return keep

    def _check_main(self, entry: Entry) -> None:
        """Refuse a class of the main module whose name is taken. In a notebook a cell runs again, perhaps with another class: the later one
        holds; in a script two classes of one name are a mistake.

        Raises:
            UserError: a name that a plug-in has, or that a script registers twice.
        """
        taken = {found.name: found for found in [*self._packaged(), *self._registered.values()]}.get(entry.name)
        if taken is None:
            return
        script = taken.module == MAIN and getattr(sys.modules[MAIN], "__file__", None) is not None
        if script or not (taken.module == MAIN or entry.name in self.of_main):
            raise _twice(self.kind, entry.name, taken.origin, entry.origin)

    def get(self, name: str) -> type[Method]:
        """The class registered under `name`; its module is imported now if it was not yet.

        Raises:
            UserError: unknown name (with the nearest one), or a module that does not import.
        """
        entry = self.entry(name)
        if name in self.refused:
            raise self.refused[name]
        if entry.error:
            raise UserError(f"The {self.kind} {name!r} ({entry.origin}) cannot be used: {entry.error}.", "", "Repair that file.")
        if name not in self._classes:
            self._import(entry)
        return self._classes[name]

    def entry(self, name: str) -> Entry:
        """The catalogue line of `name`."""
        entries = {entry.name: entry for entry in self.listing()}
        if name not in entries:
            raise unknown(self.kind, name, (n for n, e in entries.items() if not e.error), "See `python -m benchmark list methods`.")
        return entries[name]

    def selection(self, text: str) -> list[str]:
        """The usable names that a text stands for: a name, a family (`control`), or `controls-of:NAME`; a name comes first.

        Raises:
            UserError: none of the three, or nothing registered for it.
        """
        usable = [entry for entry in self.listing() if not entry.error]
        of, colon, target = text.partition(":")
        if colon and of == CONTROLS_OF:
            self.entry(target)
            found = [entry.name for entry in usable if target in entry.controls]
        elif text in FAMILIES and text not in {entry.name for entry in usable}:
            found = [entry.name for entry in usable if entry.family == text]
        else:
            return [self.entry(text).name]
        if not found:
            raise UserError(
                f"The methods {text!r} were asked for, and no registered method is one of them.",
                f"Families: {', '.join(FAMILIES)}; or {CONTROLS_OF}:NAME for the controls of a method.",
                "`python -m benchmark list methods` shows the family of each.",
            )
        return found

    def names(self) -> list[str]:
        """All names, sorted, usable or not."""
        return [entry.name for entry in self.listing()]

    def listing(self) -> list[Entry]:
        """The catalogue, sorted by name, without importing anything.

        Raises:
            UserError: two files register one name; both origins are named.
        """
        found: dict[str, Entry] = {}
        for entry in self._packaged():
            before = found.get(entry.name)
            if before is not None and not (before.error or entry.error):
                raise _twice(self.kind, entry.name, before.origin, entry.origin)
            found[entry.name] = entry if before is None or before.error else before
        for name, entry in self._registered.items():
            before = found.get(name)
            if before is not None and before.module != entry.module:
                raise _twice(self.kind, name, before.origin, entry.origin)
            found.setdefault(name, entry)
        return [replace(e, error=self._broken.get(e.name, e.error)) for e in sorted(found.values(), key=lambda e: e.name)]

    def _packaged(self) -> list[Entry]:
        """What the files of the plug-in packages register."""
        if self._scanned is None:
            self._scanned = [entry for package in [*plugin_packages(), *self._added] for entry in scan(package)]
        return self._scanned

    def registered(self, name: str) -> Registered | None:
        """What was registered under `name` in this process."""
        return Registered(self._registered[name], self._classes[name]) if name in self._registered else None

    def put_back(self, registered: Registered) -> None:
        """Register again what `forget` took out."""
        self._registered[registered.entry.name], self._classes[registered.entry.name] = registered.entry, registered.cls

    def forget(self, name: str) -> None:
        """Take out what was registered under `name` in this process."""
        self._registered.pop(name, None)
        self._classes.pop(name, None)

    def forget_module(self, module: str) -> None:
        """Take out what a module registered."""
        for name in [name for name, entry in self._registered.items() if entry.module == module]:
            self.forget(name)

    def added_packages(self) -> list[PluginPackage]:
        """The packages of `--plugin MODULE`."""
        return list(self._added)

    def add_package(self, package: PluginPackage) -> None:
        """Read a further plug-in package (`--plugin MODULE`)."""
        if package.name not in {p.name for p in [*plugin_packages(), *self._added]}:
            self._added.append(package)
            self._scanned = None

    def _import(self, entry: Entry) -> None:
        try:
            with printing_to_stderr():
                importlib.import_module(entry.module)
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            self._broken[entry.name] = f"{type(error).__name__}: {error}"
            raise UserError(
                f"The {self.kind} {entry.name!r} ({entry.origin}) does not import: {type(error).__name__}: {error}.",
                "A plug-in must import in this environment.",
                "Repair the file or install what it needs; the other methods work without it.",
            ) from error
        if entry.name not in self._classes:
            raise UserError(f"Importing {entry.module} did not register the {self.kind} {entry.name!r} ({entry.origin}).")


methods = Registry()


def build(name: str, params: dict[str, Any] | None = None) -> Method:
    """The method `name` with these hyper-parameters, converted and checked (see `benchmark.contract.parameters.construct`)."""
    return construct(methods.get(name), name, params or {})


def _identity(cls: type) -> tuple[str, str]:
    """A class's identity by name: a module that is loaded again registers equal classes a second time."""
    return cls.__module__, cls.__qualname__


def _twice(kind: str, name: str, first: str, second: str) -> UserError:
    return UserError(
        f"The {kind} {name!r} is registered twice: {first} and {second}.",
        "A name belongs to one class.",
        "Rename one of them, or leave out or uninstall one of the two plug-ins.",
    )
