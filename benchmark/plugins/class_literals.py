"""Class attributes with literal values, read from syntax trees: what a registered class says of itself without being imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from benchmark.plugins.discovery import UNREADABLE, locate


def class_literal(cls: ast.ClassDef, tree: ast.Module, attribute: str, default: Any) -> Any:
    """The literal that a class, or the nearest base class with one, assigns to an attribute; the default where none does.

    Base classes are looked up in the same file and in the modules that it imports by `from MODULE import CLASS`.
    """
    for statement in cls.body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        targets = statement.targets if isinstance(statement, ast.Assign) else [target]
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        if value is not None and any(isinstance(name, ast.Name) and name.id == attribute for name in targets):
            try:
                return ast.literal_eval(value)
            except UNREADABLE:
                return default
    for base in cls.bases:
        if isinstance(base, ast.Name) and (found := _base(base.id, tree)) is not None:
            value = class_literal(*found, attribute, None)
            if value is not None:
                return value
    return default


def _base(name: str, tree: ast.Module) -> tuple[ast.ClassDef, ast.Module] | None:
    """A class by its name in a file: its definition and the file that holds it."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and statement.name == name:
            return statement, tree
        if isinstance(statement, ast.ImportFrom) and not statement.level and any((a.asname or a.name) == name for a in statement.names):
            original = next(alias.name for alias in statement.names if (alias.asname or alias.name) == name)
            other = _parsed(statement.module or "")
            return None if other is None else _base(original, other)
    return None


def _parsed(module: str) -> ast.Module | None:
    if module.partition(".")[0] == "benchmark":
        return None  # the engine's own base classes declare the defaults
    found = locate(module)
    path = None if found is None else Path(found, "__init__.py") if found.is_dir() else found
    try:
        return None if path is None else ast.parse(path.read_bytes())
    except UNREADABLE:
        return None
