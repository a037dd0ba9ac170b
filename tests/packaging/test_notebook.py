"""The notebook of the study executes without an error, and what is committed is what it says of the committed archive."""

from __future__ import annotations

import copy
import importlib.util
import re
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


def table(notebook: Any, made_by: str) -> str:
    """The printed table of the one code cell whose source holds `made_by`."""
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and made_by in cell.source]
    (output,) = [output for output in cell.outputs if "text/plain" in output.get("data", {})]
    return str(output.data["text/plain"])


def gains(notebook: Any) -> dict[tuple[str, str, str], list[str]]:
    """Profile, number of labels and arm -> points, tasks and pairs; a printed table leaves out what the row above has too."""
    found, above = {}, ["", "", ""]
    for line in table(notebook, 'groupby(["profile", "shots", "arm"])').splitlines()[2:]:
        *where, points, tasks, pairs = line.split()
        above = [*above[: 3 - len(where)], *where]
        found[above[0], above[1], above[2]] = [points, tasks, pairs]
    return found


@pytest.mark.parametrize(("question", "arm"), [("Q1", "scl"), ("Q2", "cat"), ("Q3", "three-phase")])
def test_a_gain_of_the_main_profile_is_that_of_its_answer(committed: Any, question: str, arm: str) -> None:
    # Encoders, searches and crossed designs are profiles of their own. Pooled with them, scl stood at 3.00 where its answer said 3.84.
    said = table(committed, "runs.conclusions(")
    answer = re.search(rf"^{question} +{arm} +20 +\w+ +(-?[\d.]+) +\S+ +\S+ +(\d+) +(\d+) ", said, re.MULTILINE)
    assert answer is not None, said
    assert gains(committed)["laptop", "20", arm] == list(answer.groups())


def test_no_query_pools_profiles(committed: Any) -> None:
    duckdb, pandas = pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    rows = [
        {"profile": profile, "split_seed": seed, "variant": arm, "value": value + 0.02 * seed, "forward_examples": passes}
        for profile, arm, value, passes in (
            ("laptop", "ce", 0.5, 100),
            ("laptop", "scl", 0.6, 200),
            ("laptop+crossed", "ce", 0.8, 300),
            ("laptop+crossed", "scl", 0.9, 1800),
        )
        for seed in (0, 1)
    ]
    same = {"status": "done", "role": "arm", "task": "sst2", "shots": "20", "noise_kind": "", "noise_level": None, "encoder": "tiny"}
    runs = pandas.DataFrame(rows).assign(backward_examples=0, seconds=1.0, **same)
    spread, cost = [
        eval(cell.source, {"duckdb": duckdb, "runs": runs})
        for cell in committed.cells
        if cell.cell_type == "code" and "from runs" in cell.source
    ]
    assert spread["runs"].tolist() == [4, 4], "one row a profile"
    assert spread["sd_over_splits"].tolist() == [1.4, 1.4], "of two splits .02 apart: .02 / sqrt(2)"
    assert spread["sd_of_arm_means"].tolist() == [7.1, 7.1], "of two arms .1 apart: .1 / sqrt(2)"
    assert cost.set_index("arm")["passes"].to_dict() == {"ce": 1.0, "scl": 4.0}, "over ce of its own profile: 2, 2, 6 and 6"
    assert cost.set_index("arm")["runs"].to_dict() == {"ce": 4, "scl": 4}


def test_a_cell_that_fails_is_an_error(program: ModuleType) -> None:
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        program.executed(notebook)
