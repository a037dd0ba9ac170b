"""What a method of a notebook becomes as a file: with all that it uses, without what it does not use, or a clear refusal."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from benchmark.errors import UserError
from benchmark.plugins.cell_source import self_contained
from benchmark.plugins.code_hash import code_hash

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


def defined(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]


def test_the_file_holds_what_the_method_uses_and_nothing_else(notebook: Notebook) -> None:
    text = self_contained(notebook(*CELLS).ScaledFineTuning, "scaled-by-cell")
    assert defined(text) == ["loss", "Scaled", "ScaledFineTuning"]
    assert "FACTOR = 0.5" in text
    assert "# a comment" in text
    assert "unrelated" not in text
    assert "import torch\n" in text
    assert "from benchmark import FineTune, Method, Objective, Term, methods, searchable" in text


def test_the_order_of_cells_and_what_else_they_do_changes_nothing(notebook: Notebook) -> None:
    first = self_contained(notebook(*CELLS).ScaledFineTuning, "scaled-by-cell")
    other = (IMPORTS, "numbers = [1, 2]\n" + OBJECTIVE + "numbers.append(3)\n", METHOD, HELPER, "FACTOR = 1 / 2\n")
    assert self_contained(notebook(*other).ScaledFineTuning, "scaled-by-cell") == first


def test_a_class_stands_after_its_base_however_they_call_each_other(notebook: Notebook) -> None:
    cell = """class Base:
    def make(self):
        return Derived()

class Derived(Base):
    def other(self):
        return Base, decorate

def decorate(cls):
    cls.made = NUMBER
    return cls

NUMBER = 3

@decorate
class Root(Derived):
    def phases(self, task):
        return later()

def later():
    return Root
"""
    text = self_contained(notebook(cell).Root, "root")
    names = defined(text)
    assert sorted(names) == ["Base", "Derived", "Root", "decorate", "later"]
    space: dict[str, object] = {}
    exec(compile(text, "cell", "exec"), space)
    assert space["Root"].made == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("imported", "used", "written"),
    [
        ("import scipy.stats", "scipy.stats.norm", "import scipy.stats"),
        ("import torch.nn.functional as F", "F.relu", "import torch.nn.functional as F"),
        ("from torch import log_softmax as ls", "ls", "from torch import log_softmax as ls"),
        ("from math import pi", "pi", "from math import pi"),
        ("from torch import float32", "float32", "from torch import float32"),
        ("from functools import cache\n\n@cache\ndef twice(x):\n    return 2 * x\n", "twice(1)", "@cache\ndef twice(x):"),
        ("LAYERS = {'a': (1, 2), 'b': [None, True]}", "LAYERS", "LAYERS = {'a': (1, 2), 'b': [None, True]}"),
    ],
)
def test_what_a_name_stands_for_is_written_down(notebook: Notebook, imported: str, used: str, written: str) -> None:
    main = notebook(imported, f"class Root:\n    def phases(self, task):\n        return {used}\n")
    text = self_contained(main.Root, "root")
    assert written in text
    exec(compile(text, "cell", "exec"), {})


def test_a_set_is_written_in_an_order_that_every_process_gives_it(notebook: Notebook) -> None:
    """Eight texts: the order of their hashes, which each process draws, is hardly ever this one."""
    cell = "WORDS = [{word: (set('hgfedcba'), {2, 1}, set(), ()) for word in 'zy'}, (1,)]\n"
    text = self_contained(notebook(cell, "class Root:\n    def phases(self, task):\n        return WORDS\n").Root, "root")
    written = "({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}, {1, 2}, set(), ())"
    assert f"WORDS = [{{'z': {written}, 'y': {written}}}, (1,)]\n" in text


def test_a_local_variable_is_no_global_name(notebook: Notebook) -> None:
    main = notebook("data = object()\n", "class Root:\n    def phases(self, data):\n        return [data for data in data]\n")
    assert "object" not in self_contained(main.Root, "root")


def test_annotations_ask_for_their_imports_only(notebook: Notebook) -> None:
    cells = (
        "from typing import ClassVar\nframe = object()\n",
        "class Root:\n    kinds: ClassVar[int] = 1\n\n    def phases(self, task: 'frame', x: frame = 0): ...\n",
    )
    text = self_contained(notebook(*cells).Root, "root")
    assert "from typing import ClassVar" in text
    assert "object" not in text


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("import numpy\nframe = numpy.zeros(3)\n", "uses 'frame' of the notebook, a ndarray"),
        ("import threading\nframe = threading.Lock()\n", "uses 'frame' of the notebook, a lock"),
        ("def make():\n    class frame: ...\n    return frame\nframe = make()\n", "uses 'make.<locals>.frame', which has no source here"),
        ("exec('def frame(): ...')\n", "uses 'frame', which has no source here"),
    ],
)
def test_what_no_file_can_hold_is_refused(notebook: Notebook, cell: str, said: str) -> None:
    main = notebook(cell, "class Root:\n    def phases(self, task):\n        return frame\n")
    with pytest.raises(UserError, match=said) as error:
        self_contained(main.Root, "root")
    assert error.value.allowed
    assert error.value.todo


def test_two_definitions_that_cannot_be_told_apart_are_refused(notebook: Notebook) -> None:
    main = notebook(
        "class Plain:\n    a = 1\n", "class Plain:\n    a = 2\n", "class Root:\n    def phases(self, task):\n        return Plain\n"
    )
    with pytest.raises(UserError, match="'Plain', which is defined in several ways"):
        self_contained(main.Root, "root")


def test_a_module_beside_the_notebook_is_refused(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "beside_the_notebook.py").write_text("def loss(): ...\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    main = notebook("from beside_the_notebook import loss\n", "class Root:\n    def phases(self, task):\n        return loss\n")
    with pytest.raises(UserError, match=r"uses .loss. from beside_the_notebook\.py"):
        self_contained(main.Root, "root")


def test_what_is_no_method_is_asked_to_stand_in_a_file(notebook: Notebook) -> None:
    main = notebook("def quiet(text, level, draw): ...\n")
    with pytest.raises(UserError, match="'quiet' is defined in a notebook") as error:
        code_hash(main.quiet)
    assert "plugin=[FILE]" in error.value.todo
