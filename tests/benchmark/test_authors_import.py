"""Method authors need one import, `from benchmark import ...`: a file that moves in the engine moves for none of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import benchmark

ROOT = Path(__file__).resolve().parents[2]
AUTHORS = [*(ROOT / "methods").rglob("*.py"), *(ROOT / "baselines").rglob("*.py"), *(ROOT / "tests" / "sample_plugin").rglob("*.py")]


def deep_imports(text: str) -> list[str]:
    """The engine modules below `benchmark` that a file imports from."""
    found = []
    for node in ast.walk(ast.parse(text)):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        found += [name for name in names if name.startswith("benchmark.")]
    return found


@pytest.mark.parametrize("path", AUTHORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_method_reaches_into_the_engine(path: Path) -> None:
    assert deep_imports(path.read_text()) == [], "import these names from `benchmark`; add them to its public names if they are missing"


def test_the_check_can_fail() -> None:
    assert deep_imports("from benchmark.training.fine_tune import FineTune\n") == ["benchmark.training.fine_tune"]


@pytest.mark.parametrize("name", benchmark.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(benchmark, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        benchmark.no_such_name  # noqa: B018


def test_the_typed_names_are_the_loaded_names() -> None:
    """What type checkers see under TYPE_CHECKING is what `__getattr__` loads, from the same place."""
    tree = ast.parse((ROOT / "benchmark" / "__init__.py").read_text())
    typed = {
        alias.asname: (f"{node.module}:{alias.name}".removeprefix("benchmark."))
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    loaded = {name: where if ":" in where else f"{where}:{name}" for name, where in benchmark._DEFINED_IN.items()}
    assert typed == loaded


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, benchmark; print([m for m in ('torch', 'numpy', 'pandas', 'pydantic', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
