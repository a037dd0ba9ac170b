"""The room of the statistics is a leaf: plans, checks and reports import it, and it imports none of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import benchmark.stats

ROOM = Path(benchmark.stats.__file__).parent
MODULES = sorted(ROOM.rglob("*.py"))
ALLOWED = ("numpy", "scipy", "benchmark.errors", "benchmark.stats")


def imported(path: Path) -> set[str]:
    """Modules that a file imports, outside the standard library and outside `if TYPE_CHECKING`."""
    import sys

    tree = ast.parse(path.read_text(encoding="utf-8"))
    checking = {id(child) for node in ast.walk(tree) if isinstance(node, ast.If) for child in ast.walk(node)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in checking:
            continue
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("path", MODULES, ids=[path.relative_to(ROOM).as_posix() for path in MODULES])
def test_a_module_imports_numpy_and_scipy_alone(path: Path) -> None:
    assert {name for name in imported(path) if not name.startswith(ALLOWED)} == set()


def test_a_folder_has_at_most_twelve_modules() -> None:
    for folder in (ROOM, *(path for path in ROOM.iterdir() if path.is_dir() and path.name != "__pycache__")):
        assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 12
