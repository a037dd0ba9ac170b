"""The registry: methods by name, and the plug-ins that bring them.

A method registers itself with `@methods.register("name")`. Packages that hold methods are found through the entry-point group
`benchmark.plugins` (each entry names a package); their files are read with `ast`, never imported, so that listing is fast and one
broken file harms no other. In a source checkout without installed entry points, the packages `methods` and `baselines` that stand
beside the `benchmark` package are used. A module is imported when its method is used. `--plugin` adds a file or a module.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

from benchmark.contract.parameters import construct
from benchmark.errors import UserError, unknown
from benchmark.extension_points import POINTS
from benchmark.names import check_name
from benchmark.plugins.cell_source import MAIN, self_contained
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.discovery import PluginPackage, plugin_packages
from benchmark.plugins.entry import Entry, entry_of, scan
from benchmark.plugins.extensions import PluginExtension, file_registrations, package_registrations, printing_to_stderr

if TYPE_CHECKING:
    from benchmark.contract.method import Method

__all__ = ["Entry", "Registry", "build", "code_hash", "load_plugin", "methods", "plugin_source"]

C = TypeVar("C", bound=type)

FAMILIES = ("baseline", "null", "matched", "paper", "control", "rival")
CONTROLS_OF = "controls-of"
FILE_MODULE = "benchmark_plugin_"  # prefix of the module name of a file plug-in


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


_plugin_files: dict[str, Path] = {}  # module name -> file
_contents: dict[Path, bytes] = {}  # what of each file was executed


def load_plugin(spec: str, *, edited: bool = True) -> None:
    """Make a plug-in's registrations known: a Python file, or an importable module or package. Calling it again is harmless, so a
    worker process calls it for each plug-in of its workspace. A file may import modules that stand beside it.

    Args:
        edited: execute a file again that was edited since. A worker does not: what was planned is run as far as it has it.

    Raises:
        UserError: no such file or module, or it does not import.
    """
    if spec.endswith(".py") or Path(spec).is_file() or "/" in spec or "\\" in spec:
        _load_file(Path(spec), edited)
    else:
        _load_module(spec)


def load_plugins(given: str | Path | Iterable[str | Path]) -> None:
    """`load_plugin` for each of several plug-ins, or for one."""
    for spec in [given] if isinstance(given, (str, Path)) else given:
        load_plugin(str(spec))


def registered_by(spec: str) -> list[str]:
    """The methods that a loaded plug-in (a file, or a module) registers, in the order of their names."""
    path = Path(spec).resolve()
    modules = {name for name, file in _plugin_files.items() if file == path}
    return [entry.name for entry in methods.listing() if entry.module in modules or entry.package == spec]


def load_from_main(folder: Path) -> tuple[str, ...]:
    """Write each method that the main module registers (cells of a notebook, or a script) as a plug-in file below `folder`, and load it in
    place of that class: worker processes see files, not notebooks. Returns the files.

    A method that no file can hold is refused when it is used, and the others work. A file's folder is named for its content, so that
    the plug-in of a record is still there after its cell has changed.
    """
    files: dict[str, str] = {}  # by file name
    for name, cls in methods.of_main.items():
        methods.refused.pop(name, None)
        try:
            path = _written(self_contained(cls, name).encode(), folder, f"{re.sub(r'[^A-Za-z0-9]', '_', f'cell-{name}')}.py")
            if path.name in files:
                raise UserError(f"The method {name!r} has nearly the name of another one.", "Names that differ in letters.", "Rename one.")
            _replace_by_file(name, path)
        except UserError as error:
            methods.refused[name] = error
        else:
            files[path.name] = str(path)
    return tuple(files.values())


def _written(content: bytes, folder: Path, name: str) -> Path:
    from benchmark.records.atomic_files import write_atomic  # late: it imports pydantic, which `list` does without

    path = folder.resolve() / hashlib.sha256(content).hexdigest()[:12] / name
    if not path.is_file():
        write_atomic(path, content)
    return path


def _replace_by_file(name: str, path: Path) -> None:
    """Load the file of a method of the main module, in place of what was registered for it before.

    Raises:
        UserError: it does not import; then everything stays as it was.
    """
    module = module_of_file(path)
    before = methods._registered[name], methods._classes[name]
    if before[0].module == module and _plugin_files.get(module) == path:
        return
    del methods._registered[name], methods._classes[name]
    file, loaded = _plugin_files.pop(module, None), sys.modules.pop(module, None)
    try:
        _load_file(path)
    except UserError:
        methods._registered[name], methods._classes[name] = before
        if file is not None and loaded is not None:
            _plugin_files[module], sys.modules[module] = file, loaded
        raise


def module_of_file(path: Path) -> str:
    """The module name of a plug-in file; it is part of the identity of the file's code."""
    return FILE_MODULE + re.sub(r"\W", "_", path.stem)


def _load_file(given: Path, edited: bool = True) -> None:
    if not given.is_file():
        raise UserError(f"The plug-in file {str(given)!r} does not exist.", "A Python file or the name of an installed module.")
    path = given.resolve()
    if path.suffix != ".py":
        raise UserError(f"The plug-in file {str(given)!r} was given.", "A Python file: its name ends in .py.", "Rename it.")
    module, content = module_of_file(path), path.read_bytes()
    if module in _plugin_files:
        if _plugin_files[module] != path:
            raise UserError(f"Two plug-in files share the name {path.name}: {_plugin_files[module]} and {path}.", "", "Rename one of them.")
        if not edited or _contents[path] == content:
            return
        _unload(module)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        _execute(module, path, content)
    except BaseException as error:
        _unload(module)
        if isinstance(error, (UserError, KeyboardInterrupt)):
            raise
        raise _no_import(str(given), error) from error


class _PluginLoader(SourceFileLoader):
    """Executes what was read, and not the file again, which may be another one by then, nor bytecode of an earlier one."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the content that is kept."""
        return self.source_to_code(_contents[Path(self.path)], self.path)


def _execute(module: str, path: Path, content: bytes) -> None:
    loader = _PluginLoader(module, str(path))
    spec = importlib.util.spec_from_loader(module, loader)
    assert spec is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded
    _plugin_files[module], _contents[path] = path, content
    with printing_to_stderr():
        loader.exec_module(loaded)


def _load_module(name: str) -> None:
    try:
        with printing_to_stderr():
            loaded = importlib.import_module(name)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise _no_import(name, error) from error
    source = next(iter(getattr(loaded, "__path__", None) or [getattr(loaded, "__file__", None)]))
    if source is None:
        raise UserError(f"The plug-in {name!r} is a part of Python itself.", "A Python file or the name of an installed module.")
    methods.add_package(PluginPackage(name, Path(source)))


def _no_import(given: str, error: BaseException) -> UserError:
    return UserError(
        f"The plug-in {given!r} does not import: {type(error).__name__}: {error}.",
        "A Python file (its path ends in .py) or the name of an installed module.",
        "Repair the plug-in, install what it needs, or correct the option --plugin.",
    )


def _unload(module: str) -> None:
    sys.modules.pop(module, None)
    _plugin_files.pop(module, None)
    _forget(module)


def _forget(module: str) -> None:
    """Take out what a module registered: methods, noise kinds, tables."""
    for name in [n for n, entry in methods._registered.items() if entry.module == module]:
        del methods._registered[name], methods._classes[name]
    for point in POINTS:
        point.forget(module)


def extensions(variable: str) -> list[PluginExtension]:
    """What plug-ins register in an extension point (`noise_kinds`, `report_tables`), read without importing anything."""
    found = list(package_registrations(variable, [*plugin_packages(), *methods.added_packages()]))
    return found + [registration for path in _plugin_files.values() for registration in file_registrations(variable, path)]


def plugin_source(name: str) -> tuple[str, str] | None:
    """Text and SHA-256 of the plug-in file that registers the method `name`, as it was executed; None for a method of a package."""
    path = _plugin_files.get(methods.entry(name).module)
    if path is None:
        return None
    content = _contents[path]
    return content.decode("utf-8", errors="replace"), hashlib.sha256(content).hexdigest()
