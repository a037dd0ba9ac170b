"""The Python API in the places where it is used: a kernel with a method that a cell defines, and the examples of its docstrings."""

from __future__ import annotations

import doctest
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import benchmark
from benchmark.cli import listing, python_api, results_frame
from benchmark.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
CELLS = [
    "from dataclasses import dataclass\nimport torch\nimport benchmark\n"
    "from benchmark import FineTune, Method, Objective, Term, methods, searchable",
    "def log_likelihood(step):\n"
    "    log_p = torch.log_softmax(step.logits(step.encode()).float(), dim=1)\n"
    "    return log_p.gather(1, step.labels[:, None]).squeeze(1)",
    "@dataclass(frozen=True)\nclass Focal(Objective):\n    gamma: float\n\n    def terms(self, step):\n        log_p = "
    "log_likelihood(step)\n"
    '        return {"focal": Term((-((1 - log_p.exp()) ** self.gamma) * log_p).mean(), count=len(step.labels))}',
    '@methods.register("focal-of-a-cell")\n'
    "@dataclass(frozen=True)\n"
    "class FocalFineTuning(Method):\n"
    "    gamma: float = searchable(2.0, choices=(1.0, 2.0), low=0.0)\n\n"
    "    def phases(self, task):\n"
    "        return [FineTune(Focal(self.gamma))]",
    'options = dict(suite="glue-fewshot", profile="smoke", tasks="sst2", seeds=1, workers=1, results="runs", cache="cache")\n'
    'summary = benchmark.run(**options, methods="ce,focal-of-a-cell")',
    'plan = benchmark.plan(**options, methods="ce,focal-of-a-cell")\nplan',
    "import json\n"
    'frame = benchmark.load_results("runs")\n'
    'both = frame.set_index("variant")\n'
    "print(json.dumps([summary.done, summary.failed, sorted(frame['variant']), sorted(frame['status']), [r.todo for r in plan.runs]]))",
    "def log_likelihood(step):\n"
    "    log_p = torch.log_softmax(2 * step.logits(step.encode()).float(), dim=1)\n"
    "    return log_p.gather(1, step.labels[:, None]).squeeze(1)",
    'print(json.dumps([r.todo for r in benchmark.plan(**options, methods="ce,focal-of-a-cell").runs]))',
    'print(json.dumps([result.passed for result in benchmark.check("focal-of-a-cell")]))',
]


@pytest.mark.slow
def test_a_method_of_a_cell_is_run_by_workers_planned_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = ["".join(o.text for o in cell.outputs if o.get("name") == "stdout") for cell in notebook.cells]
    assert json.loads(printed[6]) == [2, 0, ["ce", "focal-of-a-cell"], ["done", "done"], [False, False]]
    assert json.loads(printed[8]) == [False, True], "another helper function: another code, so another key"
    assert all(json.loads(printed[9]))
    (bar,) = [output for output in notebook.cells[4].outputs if "text/html" in output.get("data", {})]
    assert '<progress value="2" max="2"' in bar.data["text/html"]
    assert "2 runs planned, 2 already there" in notebook.cells[5].outputs[0].data["text/html"]
    (plugin,) = (tmp_path / "runs" / "plugins").glob("*/*.py")
    assert "def log_likelihood" in plugin.read_text()


SCRIPT = "\n".join([*CELLS[:5], "print(summary.done, summary.failed)"])


@pytest.mark.slow
def test_a_method_of_a_script_is_run_by_workers_and_verified(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.replace("ce,focal", "focal"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]
    (plugin,) = (tmp_path / "runs" / "plugins").glob("*/*.py")
    words = ["-m", "benchmark", "verify", "--results", "runs", "--plugin", str(plugin), "--json"]
    again = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(again.stdout)["counts"] == {"bitwise": 1}, again.stderr


FUNCTIONS = [
    name
    for name in benchmark.__all__
    if inspect.isfunction(function := getattr(benchmark, name)) and function.__module__ in (python_api.__name__, listing.__name__)
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_says_what_it_takes_gives_and_refuses(name: str) -> None:
    function = getattr(benchmark, name)
    doc, parameters = inspect.getdoc(function) or "", inspect.signature(function).parameters
    assert "Examples:" in doc
    for parameter in parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        assert f"{parameter.name}: " in doc


@pytest.mark.slow
def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example in order, in a folder with the study beside it; those that state a result give it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    for name, source in {"study": "study", "before": "arms", "after": "arms"}.items():
        (tmp_path / "results" / name).symlink_to(ROOT / "results" / source)
    finder, space = doctest.DocTestFinder(recurse=True), {"benchmark": benchmark, "pd": pd}
    found = {test.name: test for module in (python_api, listing, results_frame) for test in finder.find(module) if test.examples}
    order = sorted(found, key=lambda name: (not name.endswith(".plan"), not name.endswith(".run"), name))  # `verify` reads what `run` made
    assert len(order) >= len(FUNCTIONS)
    for name in order:
        for example in found[name].examples:
            run_example(example, space)


def run_example(example: doctest.Example, space: dict[str, Any]) -> None:
    try:
        value = eval(example.source, space)
    except SyntaxError:
        exec(example.source, space)
        return
    if example.want:
        assert f"{value!r}\n" == example.want


def test_what_exists_is_listed_as_frames() -> None:
    methods = benchmark.list_methods()
    assert list(methods.columns) == ["name", "summary", "origin", "error", "family", "controls"]
    assert {"ce", "scl", "cat", "three-phase"} <= set(methods["name"])
    for frame in (
        benchmark.list_tasks(),
        benchmark.list_suites(),
        benchmark.list_profiles(),
        benchmark.list_encoders(),
        benchmark.list_noise(),
    ):
        assert list(frame.columns) == ["name", "summary", "origin", "error"]
        assert len(frame)
        assert not frame["origin"].str.startswith("/").any()


def test_a_report_and_a_comparison_show_themselves(tmp_path: Path) -> None:
    arms = ROOT / "results" / "arms"
    made = benchmark.report(arms, tmp_path, figures=False, formats="md", suite="arms")
    assert made._repr_markdown_() == (tmp_path / "report.md").read_text()
    assert "##" in made.markdown
    with pytest.raises(UserError, match="Did you mean 'figures'"):
        benchmark.report(arms, tmp_path, figurs=False)  # type: ignore[call-arg]
    assert "90 of 90 arms in cells hold exactly the same runs in both" in benchmark.compare(arms, arms)._repr_markdown_()


GIVEN = {"text": str, "path": Path, "list": lambda path: [path], "tuple": lambda path: (str(path),), "generator": lambda path: iter([path])}


@pytest.mark.parametrize("form", GIVEN)
def test_a_plug_in_is_text_a_path_or_several(form: str, own_method: Path, tmp_path: Path) -> None:
    given, runs = GIVEN[form], tmp_path / "runs"
    options = {"profile": "smoke", "tasks": "sst2", "methods": "half-ce", "seeds": 1, "results": runs}
    plan = benchmark.plan("glue-fewshot", plugin=given(own_method), **options)
    assert [run.arm.name for run in plan.runs] == ["half-ce"]
    assert plan.workspace.plugins == (str(own_method),)
    assert "half-ce" in set(benchmark.list_methods(plugin=given(own_method))["name"])
    with pytest.raises(UserError, match="no records"):
        benchmark.verify(runs, plugin=given(own_method))


def test_an_unknown_option_is_answered_with_the_documented_names() -> None:
    with pytest.raises(UserError, match=r"Unknown option 'plugns'\. Did you mean 'plugin'\?") as refused:
        benchmark.plan("glue-fewshot", plugns="mine.py")  # type: ignore[call-arg]
    assert "task_file," in refused.value.allowed
    assert "task_files" not in refused.value.allowed
