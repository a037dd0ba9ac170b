"""The conformance suite: every registered method passes it, and each promise can be broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.checks.conformance import check
from benchmark.errors import UserError
from benchmark.plugins.registry import methods

SHIPPED = [entry.name for entry in methods.listing() if entry.package in ("methods", "baselines")]

PLUGIN = '''
import random
from dataclasses import dataclass, field
import numpy as np
import torch
from benchmark import Cost, Method, Phase
from benchmark import Objective, Term
from benchmark import CrossEntropy
from benchmark import FineTune
from benchmark import methods

{helper}

@methods.register("{name}")
@dataclass(frozen=True)
class Broken(Method):
    """Breaks one promise."""
    def phases(self, task):
        return [{phase}]
'''

DETACHED = """
@dataclass(frozen=True)
class Detached(Objective):
    def terms(self, step):
        ce = CrossEntropy().terms(step)["ce"]
        dead = step.encode().detach().square().mean().requires_grad_()
        return {"ce": Term(ce.value, 0.1, ce.count), "contrast": Term(dead, 0.9, ce.count)}
"""
GLOBAL = """
@dataclass(frozen=True)
class Noisy(Objective):
    def terms(self, step):
        ce = CrossEntropy().terms(step)["ce"]
        return {"ce": Term(ce.value * (0.5 + random.random()), 1.0, ce.count)}
"""
UNUSED = """
@dataclass(frozen=True)
class Unused(Objective):
    def modules(self, hidden, backbone, task):
        return {"projection": lambda: torch.nn.Linear(hidden, 4)}
    def terms(self, step):
        return CrossEntropy().terms(step)
"""
DEAR = """
@dataclass(frozen=True)
class Dear(Objective):
    def terms(self, step):
        ce = CrossEntropy().terms(step)["ce"]
        return {"ce": ce, "again": Term(step.encode(fresh=True).square().mean(), 0.1, ce.count)}
"""


OFF = """
@dataclass(frozen=True)
class Off(Objective):
    def terms(self, step):
        ce = CrossEntropy().terms(step)["ce"]
        return {"ce": ce, "contrast": Term(step.encode().detach().square().mean(), 0.9, ce.count)}
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_every_registered_method_conforms(name: str) -> None:
    failed = [f"{result.name}: {result.detail}" for result in check(name) if not result.passed]
    assert not failed


def test_all_methods_of_the_papers_and_their_baselines_are_among_them() -> None:
    papers = {"scl", "scl-only", "cat", "dae-cl-joint", "three-phase", "dae-ft", "cl-ft", "ft"}
    baselines = {"majority", "tfidf", "probe", "ce", "ce-smoothing", "ce-null", "ce-matched"}
    assert papers | baselines <= set(SHIPPED)


@pytest.mark.parametrize(
    ("name", "helper", "phase", "broken"),
    [
        ("detached-term", DETACHED, "FineTune(Detached())", "every weighted term moves a trained parameter"),
        ("global-random", GLOBAL, "FineTune(Noisy())", "the same spec gives the same predictions"),
        ("unused-module", UNUSED, "FineTune(Unused())", "every declared module moves"),
        ("undeclared-pass", DEAR, "FineTune(Dear())", "it costs what it declares"),
    ],
)
def test_a_broken_promise_is_found(tmp_path: Path, name: str, helper: str, phase: str, broken: str) -> None:
    file = tmp_path / f"{name.replace('-', '_')}.py"
    file.write_text(PLUGIN.format(name=name, helper=helper, phase=phase))
    failed = {result.name for result in check(name, str(file)) if not result.passed}
    assert broken in failed


def failures(tmp_path: Path, name: str, helper: str, phase: str, body: str = "") -> dict[str, str]:
    """What `check` finds wrong with a plug-in of one objective: requirement -> detail."""
    file = tmp_path / f"{name.replace('-', '_')}.py"
    file.write_text(PLUGIN.format(name=name, helper=helper, phase=phase).replace('promise."""', f'promise."""\n{body}'))
    return {result.name: result.detail for result in check(name, file) if not result.passed}


def test_an_undeclared_pass_is_reported_with_what_cost_is_to_return(tmp_path: Path) -> None:
    detail = failures(tmp_path, "miscounted-pass", DEAR, "FineTune(Dear())")["it costs what it declares"]
    assert "Dear.cost() is to return (2, 2)" in detail


def test_a_method_that_is_not_deterministic_fails_that_check_alone(tmp_path: Path) -> None:
    failed = failures(tmp_path, "random-alone", GLOBAL, "FineTune(Noisy())")
    assert list(failed) == ["the same spec gives the same predictions"]
    assert "step.generator()" in failed["the same spec gives the same predictions"]


@pytest.mark.parametrize(
    ("name", "returned", "message"),
    [
        ("returns-tensor", "step.encode().mean()", r"Wrong.terms(step) returned a tensor of shape []"),
        ("returns-none", "None", "Wrong.terms(step) returned nothing (None)"),
        ("returns-bare", '{"ce": step.encode().mean()}', "Wrong.terms(step) returned 'ce': a tensor of shape []"),
        ("returns-vector", '{"ce": Term(step.encode().mean(1))}', "the term 'ce' of Wrong has as its value a tensor of shape [8]"),
        ("returns-number", '{"ce": Term(1.0)}', "the term 'ce' of Wrong has as its value a value of type float"),
        ("returns-detached", '{"ce": Term(step.encode().detach().mean())}', "no weighted term of Wrong has a gradient"),
    ],
)
def test_an_objective_that_returns_something_else_is_named(tmp_path: Path, name: str, returned: str, message: str) -> None:
    helper = f"""
@dataclass(frozen=True)
class Wrong(Objective):
    def terms(self, step):
        return {returned}
"""
    failed = failures(tmp_path, name, helper, "FineTune(Wrong())")
    assert list(failed) == ["it trains and predicts"]
    assert message in failed["it trains and predicts"]


def test_an_inert_term_passes_where_it_is_declared_and_only_there(tmp_path: Path) -> None:
    inert = {"every weighted term moves a trained parameter": "inert term: contrast"}
    assert failures(tmp_path, "off-undeclared", OFF, "FineTune(Off())") == inert
    assert failures(tmp_path, "off-declared", OFF, "FineTune(Off())", '    expected_alarms = ("inert term: contrast",)') == {}
    other = failures(tmp_path, "off-other", OFF, "FineTune(Off())", '    expected_alarms = ("inert term: other",)')
    assert set(other) == {*inert, "the alarms it declares as expected occur"}


def test_a_method_that_raises_fails_with_its_error(tmp_path: Path) -> None:
    file = tmp_path / "raising_conformance.py"
    file.write_text(PLUGIN.format(name="raising-conformance", helper="", phase="1 / 0"))
    failed = {result.name: result.detail for result in check("raising-conformance", [str(file)]) if not result.passed}
    assert failed == dict.fromkeys(("it can be laid out", "it trains and predicts"), "ZeroDivisionError: division by zero")


def test_an_unknown_method_is_a_user_error() -> None:
    with pytest.raises(UserError, match="Did you mean"):
        check("thre-phase")
