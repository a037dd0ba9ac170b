"""Methods of a notebook's cells as plug-in files: they follow their cells, and one that no file can hold harms no other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from benchmark.errors import UserError
from benchmark.plugins.cell_methods import load_from_main
from benchmark.plugins.cell_source import self_contained
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.registry import methods

Notebook = Callable[..., ModuleType]
IMPORTS = "from dataclasses import dataclass\nimport torch\nfrom benchmark import FineTune, Method, Objective, Term, methods, searchable\n"
HELPER = "def loss(log_p):\n    return FACTOR * -log_p  # a comment\n"
OBJECTIVE = """@dataclass(frozen=True)
class Scaled(Objective):
    def terms(self, step):
        return {"scaled": Term(loss(torch.log_softmax(step.logits(step.encode()), 1)).mean(), count=1)}
"""
METHOD = """@methods.register("scaled-by-cell")
@dataclass(frozen=True)
class ScaledFineTuning(Method):
    gamma: float = searchable(2.0, choices=(1.0, 2.0), low=0.0)

    def phases(self, task):
        return [FineTune(Scaled())]
"""
CELLS = (IMPORTS, "FACTOR = 0.5\nunrelated = object()\n", HELPER, OBJECTIVE, METHOD)


def test_the_registered_class_is_that_of_the_file_and_follows_the_cells(notebook: Notebook, tmp_path: Path) -> None:
    main = notebook(*CELLS)
    (file,) = load_from_main(tmp_path)
    first = methods.get("scaled-by-cell")
    before = code_hash(first)
    assert first is not main.ScaledFineTuning
    assert Path(file).read_text() == self_contained(main.ScaledFineTuning, "scaled-by-cell")
    assert load_from_main(tmp_path) == (file,)
    assert methods.get("scaled-by-cell") is first, "nothing changed: the same class, whose hash is known"
    notebook("FACTOR = 0.25\n")  # the cell of the class did not run again
    (other,) = load_from_main(tmp_path)
    assert code_hash(methods.get("scaled-by-cell")) != before
    assert Path(file).is_file()
    assert other != file
    notebook(METHOD.replace("class ScaledFineTuning", "class Renamed"))
    load_from_main(tmp_path)
    assert methods.get("scaled-by-cell").__name__ == "Renamed"


def test_comments_are_no_part_of_the_hash(notebook: Notebook, tmp_path: Path) -> None:
    notebook(*CELLS)
    load_from_main(tmp_path)
    first = code_hash(methods.get("scaled-by-cell"))
    notebook(HELPER.replace("# a comment", "# another one"))
    load_from_main(tmp_path)
    assert code_hash(methods.get("scaled-by-cell")) == first


def test_one_that_cannot_be_written_down_harms_no_other(notebook: Notebook, tmp_path: Path) -> None:
    notebook(*CELLS, METHOD.replace("scaled-by-cell", "broken-cell").replace("ScaledFineTuning", "Broken").replace("Scaled()", "unrelated"))
    assert len(load_from_main(tmp_path)) == 1
    assert methods.get("scaled-by-cell").__name__ == "ScaledFineTuning"
    with pytest.raises(UserError, match="uses 'unrelated' of the notebook"):
        methods.get("broken-cell")
    notebook(METHOD.replace("scaled-by-cell", "broken-cell").replace("ScaledFineTuning", "Broken"))
    assert len(load_from_main(tmp_path)) == 2


def test_a_file_that_does_not_import_is_refused_and_the_one_before_it_stays(notebook: Notebook, tmp_path: Path) -> None:
    notebook(*CELLS, METHOD.replace("searchable(2.0,", "searchable(1.0 / FACTOR,"))
    load_from_main(tmp_path)
    before = methods.registered("scaled-by-cell")
    notebook("FACTOR = 0.0\n")  # the cell of the class did not run again, so only its file divides by zero
    assert load_from_main(tmp_path) == ()
    with pytest.raises(UserError, match="ZeroDivisionError"):
        methods.get("scaled-by-cell")
    assert methods.registered("scaled-by-cell") == before
    assert before is not None
    assert before.cls.__module__ in sys.modules
    notebook("FACTOR = 1.0\n")
    assert len(load_from_main(tmp_path)) == 1
    assert methods.get("scaled-by-cell") is not before.cls


def test_a_method_that_builds_on_another_one_registers_itself_alone(notebook: Notebook, tmp_path: Path) -> None:
    notebook(
        *CELLS, '@methods.register("derived-by-cell")\n@dataclass(frozen=True)\nclass Derived(ScaledFineTuning):\n    beta: float = 1.0\n'
    )
    assert len(load_from_main(tmp_path)) == 2
    assert [methods.get(name).__name__ for name in ("scaled-by-cell", "derived-by-cell")] == ["ScaledFineTuning", "Derived"]


def test_the_name_of_a_shipped_method_is_refused_at_once(notebook: Notebook) -> None:
    with pytest.raises(UserError, match="'scl' is registered twice"):
        notebook(IMPORTS, OBJECTIVE, METHOD.replace("scaled-by-cell", "scl"))
    assert methods.get("scl").__module__.startswith("methods")


def test_a_script_that_registers_a_name_twice_is_refused(notebook: Notebook) -> None:
    main = notebook(*CELLS)
    main.__file__ = "script.py"
    with pytest.raises(UserError, match="registered twice"):
        notebook(METHOD.replace("class ScaledFineTuning", "class Renamed"))
