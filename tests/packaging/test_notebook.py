"""The notebook of the study executes without an error, and what is committed is what it says of the committed archive."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTEBOOK = DOCS / "notebook.ipynb"
AGAIN = "python docs/execute_notebook.py docs/notebook.ipynb"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("execute_notebook", DOCS / "execute_notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def committed() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def said(notebook: Any) -> list[list[Any]]:
    """What each cell put out, without the bytes of images: fonts differ between machines."""
    return [[shown(output) for output in cell.get("outputs", [])] for cell in notebook.cells]


def shown(output: Any) -> Any:
    assert output.output_type != "error"
    if output.output_type == "stream":
        return output.name, output.text
    return {kind: "" if kind.startswith("image/") else text for kind, text in output.data.items()}


@pytest.mark.slow
def test_the_committed_outputs_are_those_of_the_committed_archive(program: ModuleType, committed: Any) -> None:
    found = program.executed(copy.deepcopy(committed))
    for cell, (there, now) in zip(committed.cells, zip(said(committed), said(found), strict=True), strict=True):
        assert there == now, f"the archive or the package has changed: {AGAIN}\n{cell.source}"
    assert found.metadata == committed.metadata
    assert [cell.metadata for cell in found.cells] == [cell.metadata for cell in committed.cells]


def test_it_holds_outputs_and_nothing_volatile(committed: Any) -> None:
    code = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code), AGAIN
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "executed once, from the top"
    assert all(not cell.metadata for cell in committed.cells)
    assert sum("image/png" in output.get("data", {}) for cell in code for output in cell.outputs) == 1
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert text == nbformat.writes(committed) + "\n"
    assert str(Path.home()) not in text
    assert str(DOCS.parent) not in text
    assert not [output for cell in code for output in cell.outputs if output.get("name") == "stderr"]


def test_a_cell_that_fails_is_an_error(program: ModuleType) -> None:
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        program.executed(notebook)
