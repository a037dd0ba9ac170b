"""Registrations of plug-ins in the extension points (noise kinds, report tables), found in the syntax trees of their files."""

from __future__ import annotations

import ast
import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from benchmark.extension_points import FINDERS
from benchmark.plugins.discovery import UNREADABLE, PluginPackage, plugin_packages


@dataclass(frozen=True)
class PluginExtension:
    """One `@VARIABLE.register("name", ...)`.

    Args:
        facts: the literal keyword arguments.
        summary: the first line of the docstring.
        origin: `file:line`.
        module: what is imported when it is used; "" for a file that is loaded by path.
    """

    name: str
    facts: dict[str, Any]
    summary: str
    origin: str
    module: str = ""


def package_registrations(variable: str, packages: Iterable[PluginPackage]) -> Iterator[PluginExtension]:
    """The registrations in the files of packages. A file that does not parse has none here; the catalogue of methods names it."""
    for package in packages:
        for path in () if package.error else package.files():
            yield from file_registrations(variable, path, package.module_of(path), package.shown(path))


def file_registrations(variable: str, path: Path, module: str = "", shown: str = "") -> Iterator[PluginExtension]:
    """The registrations in one file."""
    try:
        text = path.read_bytes()
        tree = ast.parse(text if f"{variable}.register".encode() in text else "")
    except UNREADABLE:
        return
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.ClassDef)):
            for call in function.decorator_list:
                if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-2:] == [variable, "register"] and call.args:
                    facts = {word.arg: _literal(word.value) for word in call.keywords if word.arg is not None}
                    summary = (ast.get_docstring(function) or "").partition("\n")[0]
                    yield PluginExtension(str(_literal(call.args[0])), facts, summary, f"{shown or path}:{function.lineno}", module)


def printing_to_stderr() -> contextlib.redirect_stdout[TextIO]:
    """While a plug-in is imported: what it prints is no part of a command's output, which may be JSON."""
    return contextlib.redirect_stdout(sys.stderr)


def import_registering(variable: str) -> None:
    """Import the modules of installed plug-ins that register in an extension point. One that does not import is left out: its name is then
    unknown, and the error that names it lists those that are known."""
    for registration in package_registrations(variable, plugin_packages()):
        with contextlib.suppress(Exception), printing_to_stderr():
            importlib.import_module(registration.module)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except UNREADABLE:
        return None


if import_registering not in FINDERS:
    FINDERS.append(import_registering)
