"""check prints one line per promise, and exits with 1 where one is broken."""

from __future__ import annotations

import json

import pytest

from benchmark.checks import conformance
from benchmark.checks.conformance import CheckResult


@pytest.mark.parametrize(("passed", "code", "said"), [(True, 0, "2 of 2 checks passed"), (False, 1, "FAILED  it pickles: cannot pickle")])
def test_a_broken_promise_exits_with_1(bench, monkeypatch, passed, code, said):
    asked = []
    results = [CheckResult("it is frozen", True), CheckResult("it pickles", passed, "" if passed else "cannot pickle a lambda")]
    monkeypatch.setattr(conformance, "check", lambda name, plugins: asked.append((name, plugins)) or results)
    outcome = bench("check", "mine", "--plugin", "mine.py")
    assert (outcome.code, asked) == (code, [("mine", ["mine.py"])])
    assert outcome.out.startswith("passed  it is frozen\n")
    assert said in outcome.out


def test_what_a_method_prints_is_no_part_of_the_document(bench, own_method):
    own_method.write_text(own_method.read_text().replace("        return [", "        print('in a phase')\n        return ["))
    outcome = bench("check", "half-ce", "--plugin", str(own_method), "--json")
    assert json.loads(outcome.out)["document"] == "check"
    assert "in a phase" in outcome.err


def test_prepare_tells_what_is_at_hand(bench):
    outcome = bench("prepare", "--suite", "glue-fewshot", "--profile", "smoke", "--tasks", "sst2")
    assert outcome.code == 0, outcome.err
    assert "sst2" in outcome.out
    assert "random-tiny" in outcome.out
