"""What `from benchmark import ...` gives."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import benchmark


def test_no_public_name_is_a_submodule():
    submodules = {module.name for module in pkgutil.iter_modules(benchmark.__path__)}
    assert submodules.isdisjoint(benchmark.__all__)


def test_everything_promised_is_there_and_typed():
    for name in ("run", "plan", "load_results"):
        parameters = inspect.signature(getattr(benchmark, name)).parameters.values()
        assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)


def test_a_mistake_in_python_is_the_same_mistake():
    from benchmark.errors import UserError

    with pytest.raises(UserError, match="glue-fewshot"):
        benchmark.plan("glue-fewshto")
    with pytest.raises(UserError, match="Did you mean 'seeds'"):
        benchmark.plan("glue-fewshot", seedz="3")


def test_the_version_is_that_of_the_project():
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]
    assert project.get("version", benchmark.__version__) == benchmark.__version__


def test_the_module_that_python_runs_gives_the_code_of_its_command(monkeypatch):
    module = importlib.import_module("benchmark.__main__")
    monkeypatch.setattr(module.gc, "freeze", lambda: None)
    monkeypatch.setattr(module.gc, "set_threshold", lambda count: None)
    monkeypatch.setattr(module.app, "main", lambda: 2)
    assert module.main() == 2
