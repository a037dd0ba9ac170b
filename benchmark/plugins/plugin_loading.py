"""Loading of what `--plugin` names: a Python file, or a module or package by name.

A file is executed under a module name of its own. It is executed again when it, or a module beside it that it imports, was edited.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

from benchmark.errors import UserError
from benchmark.extension_points import POINTS
from benchmark.plugins.code_hash import modules_beside
from benchmark.plugins.discovery import UNREADABLE, PluginPackage, plugin_packages
from benchmark.plugins.extensions import PluginExtension, file_registrations, package_registrations, printing_to_stderr
from benchmark.plugins.registry import methods

FILE_MODULE = "benchmark_plugin_"  # prefix of the module name of a file plug-in


@dataclass(frozen=True)
class LoadedFile:
    """A plug-in file as it was executed.

    Args:
        content: what was executed, which the file may no longer hold.
        beside: content of each module in its folder that it imports, by file.
    """

    path: Path
    content: bytes
    beside: dict[Path, bytes]


_loaded: dict[str, LoadedFile] = {}  # by module name
_imported: dict[Path, bytes] = {}  # content of the modules beside them, as they were imported; several plug-ins may share one


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


def is_loaded(path: Path) -> bool:
    """Whether this plug-in file is loaded."""
    file = _loaded.get(module_of_file(path))
    return file is not None and file.path == path


@contextlib.contextmanager
def in_place_of(module: str) -> Iterator[None]:
    """Take out the plug-in file of a module name while another one of that name is loaded; put it back if that one does not load."""
    loaded, file = sys.modules.get(module), _loaded.get(module)
    unload(module)
    try:
        yield
    except UserError:
        if loaded is not None and file is not None:
            sys.modules[module], _loaded[module] = loaded, file
        raise


def unload(module: str) -> None:
    """Take out a module with all that it registered: methods, noise kinds, tables."""
    sys.modules.pop(module, None)
    _loaded.pop(module, None)
    methods.forget_module(module)
    for point in POINTS:
        point.forget(module)


def module_of_file(path: Path) -> str:
    """The module name of a plug-in file; it is part of the identity of the file's code."""
    return FILE_MODULE + re.sub(r"\W", "_", path.stem)


def registered_by(spec: str) -> list[str]:
    """The methods that a loaded plug-in (a file, or a module) registers, in the order of their names."""
    path = Path(spec).resolve()
    modules = {name for name, file in _loaded.items() if file.path == path}
    return [entry.name for entry in methods.listing() if entry.module in modules or entry.package == spec]


def extensions(variable: str) -> list[PluginExtension]:
    """What plug-ins register in an extension point (`noise_kinds`, `report_tables`), read without importing anything."""
    found = list(package_registrations(variable, [*plugin_packages(), *methods.added_packages()]))
    return found + [registration for file in _loaded.values() for registration in file_registrations(variable, file.path)]


def plugin_source(name: str) -> tuple[str, str] | None:
    """Text and SHA-256 of the plug-in file that registers the method `name`, as it was executed; None for a method of a package."""
    file = _loaded.get(methods.entry(name).module)
    return None if file is None else (file.content.decode("utf-8", errors="replace"), hashlib.sha256(file.content).hexdigest())


def _load_file(given: Path, edited: bool) -> None:
    if not given.is_file():
        raise UserError(f"The plug-in file {str(given)!r} does not exist.", "A Python file or the name of an installed module.")
    path = given.resolve()
    if path.suffix != ".py":
        raise UserError(f"The plug-in file {str(given)!r} was given.", "A Python file: its name ends in .py.", "Rename it.")
    module = module_of_file(path)
    before = _loaded.get(module)
    if before is not None and before.path != path:
        raise UserError(f"Two plug-in files share the name {path.name}: {before.path} and {path}.", "", "Rename one of them.")
    if before is not None and not edited:
        return
    now = LoadedFile(path, path.read_bytes(), _beside(module, path))
    if now == before:
        return
    if before is not None:
        unload(module)
    _unload_edited(now.beside, {} if before is None else before.beside)
    try:
        _execute(module, now)
    except BaseException as error:
        unload(module)
        if isinstance(error, (UserError, KeyboardInterrupt)):
            raise
        raise _no_import(str(given), error) from error


def _beside(module: str, path: Path) -> dict[Path, bytes]:
    """Content of the modules in a file's folder that it imports; none if one cannot be read, since executing the file names it."""
    try:
        return {file.resolve(): file.read_bytes() for file in modules_beside(module, path)}
    except UNREADABLE:
        return {}


def _unload_edited(now: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    """Unload the modules beside a file, all of them (they may import each other) where one is not as it was imported. A module of the same
    name from elsewhere stays. `before`: what the file imported when it was executed last."""
    files = now.keys() | before.keys()
    if any(file in _imported and _imported[file] != now.get(file) for file in files):
        origins = {name: getattr(loaded, "__file__", None) for name, loaded in list(sys.modules.items()) if name not in _loaded}
        for name in [name for name, origin in origins.items() if origin is not None and Path(os.path.realpath(origin)) in files]:
            unload(name)
    _imported.update(now)


class _PluginLoader(SourceFileLoader):
    """Executes what was read, and not the file again, which may be another one by then, nor bytecode of an earlier one."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the content that is kept."""
        return self.source_to_code(_loaded[fullname].content, self.path)


def _execute(module: str, file: LoadedFile) -> None:
    if str(file.path.parent) not in sys.path:
        sys.path.append(str(file.path.parent))
    loader = _PluginLoader(module, str(file.path))
    spec = importlib.util.spec_from_loader(module, loader)
    assert spec is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module], _loaded[module] = loaded, file
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
