"""The identity of a method's code: a hash of syntax trees, so that comments and docstrings do not change it and code does."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.errors import UserError
from benchmark.plugins.discovery import locate, plugin_packages

ENGINE = "benchmark"  # its one number `NUMERICS` stands for its code


@cache
def code_hash(cls: Callable[..., object]) -> str:
    """SHA-256 over the syntax trees of the module that defines `cls` (a class or a function) and, transitively, of the modules that it
    imports from plug-in packages and from its own distribution; for a plug-in file, of it and of the modules beside it that it imports.

    Docstrings, positions and imports of the engine are left out. The engine's code is no part of it: its one number `NUMERICS` stands
    for it. Computed once per class and process.
    """
    module = sys.modules[cls.__module__]
    path = getattr(module, "__file__", None)
    if path is None:
        raise UserError(
            f"{getattr(cls, '__qualname__', cls)!r} is defined in a notebook, so its code has no identity of its own.",
            "Methods may be defined in cells; kinds of noise stand in files.",
            "Save it as a file, and give it with plugin=[FILE].",
        )
    return module_hash(cls.__module__, Path(path))


def module_hash(module: str, path: Path) -> str:
    """`code_hash` of what a module defines, from its file alone: nothing is imported."""
    trees = collect(module, path)
    digest = hashlib.sha256()
    for name in sorted(trees):
        digest.update(f"{name}\n{trees[name]}\n".encode())
    return digest.hexdigest()


def collect(module: str, path: Path) -> dict[str, str]:
    """Module name -> its tree as text, for a module and all that it imports within its own code."""
    return {name: _dump(tree) for name, (_, tree) in _own_modules(module, path).items()}


def modules_beside(module: str, path: Path) -> list[Path]:
    """The files in a plug-in file's folder that it imports, plug-in packages left out.

    Raises:
        OSError, SyntaxError, ValueError, RecursionError, MemoryError: one of them cannot be read.
    """
    packages = {package.name.partition(".")[0] for package in plugin_packages()}
    own = {name: file for name, (file, _) in _own_modules(module, path).items() if name.partition(".")[0] not in packages}
    return [file for name, file in own.items() if name != module and file.is_relative_to(path.parent)]


def _own_modules(module: str, path: Path) -> dict[str, tuple[Path, ast.Module]]:
    """Module name -> file and tree, for a module and all that it imports within its own code."""
    found: dict[str, tuple[Path, ast.Module]] = {}
    waiting = [(module, path)]
    roots = _roots(module)
    beside = path.parent if "." not in module and path.name != "__init__.py" else None  # a plug-in file
    while waiting:
        name, file = waiting.pop()
        if name in found:
            continue
        tree = ast.parse(file.read_bytes())
        found[name] = file, tree
        for imported in _imports(tree, name, file.name == "__init__.py"):
            for parent in _with_parents(imported):
                own = _find(parent, roots, beside)
                if own is not None:
                    waiting.append((parent, own))
    return found


def _roots(module: str) -> frozenset[str]:
    """Top-level import names whose modules count as a method's own code."""
    top = module.partition(".")[0]
    packages = plugin_packages()
    declared = {package.name.partition(".")[0] for package in packages}
    same = {name for package in packages if package.name.partition(".")[0] == top for name in package.distribution}
    return frozenset({top, *declared, *same} - {ENGINE})


def _find(name: str, roots: frozenset[str], beside: Path | None) -> Path | None:
    if beside is not None:
        near = beside.joinpath(*name.split("."))
        for candidate in (near.with_suffix(".py"), near / "__init__.py"):
            if candidate.is_file() and name.partition(".")[0] != ENGINE:
                return candidate
    if name.partition(".")[0] not in roots:
        return None
    place = locate(name)
    if place is not None and place.is_dir():
        place = place / "__init__.py"
    return place if place is not None and place.is_file() else None


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])


def _imports(tree: ast.AST, module: str, package: bool) -> Iterator[str]:
    """Every module name an import statement may bind, wherever it stands in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def _absolute(node: ast.ImportFrom, module: str, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if package else 0)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _dump(node: Any) -> str:
    """A tree as text: node types and non-empty fields, without positions and without statements that are only a text. Our own
    rather than `ast.dump`, whose output differs between Python versions."""
    if isinstance(node, ast.AST):
        fields = [(name, _dump(value)) for name, value in ast.iter_fields(node) if name not in ("type_comment", "kind")]
        return f"{type(node).__name__}({','.join(f'{name}={text}' for name, text in fields if text not in ('None', '[]'))})"
    if isinstance(node, list):
        return f"[{','.join(_dump(item) for item in node if not (_is_text(item) or _imports_engine(item)))}]"
    return repr(node)


def _imports_engine(node: Any) -> bool:
    """Whether a statement imports from the engine under the engine's own names: where a name of the engine is defined is no part of a
    method's code, so that moving a file there makes no result old. What the engine computes is versioned by `NUMERICS`. A name of the
    file's own (`import A as B`) is its code: the rest of the file does not say what it stands for."""
    if isinstance(node, (ast.Import, ast.ImportFrom)) and any(alias.asname is not None for alias in node.names):
        return False
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").partition(".")[0] == ENGINE
    return isinstance(node, ast.Import) and all(alias.name.partition(".")[0] == ENGINE for alias in node.names)


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
