"""One line of the catalogue of methods: what a registration says of itself, read from a class or, without importing it, from a file."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.names import is_name
from benchmark.plugins.class_literals import class_literal
from benchmark.plugins.discovery import UNREADABLE, PluginPackage


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue.

    Args:
        name: what the user types; for a file that cannot be read, the best guess.
        summary: the first line of the class's docstring.
        origin: `file:line`.
        package: the plug-in package, or the module of a plug-in file.
        module: what is imported when it is used.
        error: why it cannot be used, or "".
        family: what the method is for, as `Method.family`.
        controls: the methods that it is a control of.
    """

    name: str
    summary: str
    origin: str
    package: str
    module: str = ""
    error: str = ""
    family: str = "paper"
    controls: tuple[str, ...] = ()


def entry_of(name: str, cls: type) -> Entry:
    """The line of a class that registers itself in this process."""
    module = sys.modules.get(cls.__module__)
    path = getattr(module, "__file__", None) or "interactive"
    try:
        line = inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        line = 0
    package = cls.__module__.partition(".")[0]
    shown = Path(*Path(path).parts[-len(cls.__module__.split(".")) :]) if package != cls.__module__ else Path(path)
    summary = (cls.__doc__ or "").strip().partition("\n")[0]
    family, controls = getattr(cls, "family", "paper"), _names(getattr(cls, "controls", ()))
    return Entry(name, summary, f"{shown.as_posix()}:{line}", package, cls.__module__, family=family, controls=controls)


def _names(declared: object) -> tuple[str, ...]:
    """The names in a class's `controls`; none where it declares something else."""
    return tuple(str(name) for name in declared) if isinstance(declared, (tuple, list)) else ()


def scan(package: PluginPackage) -> Iterator[Entry]:
    """The registrations in a package's files, read from their syntax trees. A file that cannot be read gives a broken entry."""
    if package.error:
        yield Entry(package.name, "", str(package.folder or package.name), package.name, error=package.error)
        return
    for path in package.files():
        try:
            yield from list(_scan_file(path, package))
        except UNREADABLE as error:
            yield from _broken(path, package, error)


def _broken(path: Path, package: PluginPackage, error: BaseException) -> Iterator[Entry]:
    """A line for each method that a file seems to register, or for the file, with why it cannot be read."""
    try:
        guessed = re.findall(rb"register\(\s*[\"']([\w.-]+)[\"']", path.read_bytes())
    except OSError:
        guessed = []
    place = f"{package.shown(path)}:{getattr(error, 'lineno', None) or 0}"
    why = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
    for name in [g.decode() for g in guessed] or [path.stem]:
        yield Entry(name, "", place, package.name, package.module_of(path), why)


def _scan_file(path: Path, package: PluginPackage) -> Iterator[Entry]:
    module, shown = package.module_of(path), package.shown(path)
    tree = ast.parse(path.read_bytes())
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef):
            for name in _literals(cls):
                if not is_name(name):
                    yield Entry(path.stem, "", f"{shown}:{cls.lineno}", package.name, module, f"{name!r} cannot be the name of a method")
                    continue
                summary = (ast.get_docstring(cls) or "").partition("\n")[0]
                family, controls = class_literal(cls, tree, "family", "paper"), class_literal(cls, tree, "controls", ())
                yield Entry(name, summary, f"{shown}:{cls.lineno}", package.name, module, family=family, controls=_names(controls))


def _literals(cls: ast.ClassDef) -> Iterator[str]:
    """The names in `@methods.register("name")` (also `registry.methods.register`)."""
    for call in cls.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "register":
            owner = call.func.value
            named = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if named == "methods" and call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
                yield call.args[0].value
