"""The documents of --json: keys and types are a promise, written down here; standard output holds the document and nothing else.

A key that goes, or whose type or meaning changes, raises `FORMAT`; a new one joins the lists below.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.checks import conformance
from benchmark.checks.agreement import AgreementLevel
from benchmark.checks.conformance import CheckResult
from benchmark.checks.verify import Check
from benchmark.cli.json_documents import CheckDocument, PlanDocument, PlanEntry, VerifyDocument, as_json

Bench = Callable[..., Any]
SMOKE = "--suite glue-fewshot --profile smoke --tasks sst2 --methods ce,majority --seeds 2 --results results --cache cache"

DETECTABLE = {
    "pairs": ["int"],
    "comparisons": "int",
    "level": "float",
    "deviations": "float",
    "points": "null",
    **dict.fromkeys(("known", "measured"), "int"),
}
PLAN = {
    "document": "str",
    "format": "int",
    "plans": [
        {
            **dict.fromkeys(("suite", "profile", "protocol", "stage", "step", "encoder", "data", "device", "precision"), "str"),
            "threads": "int",
            "executor": "str",
            **dict.fromkeys(("workers", "planned", "done", "to_do"), "int"),
            "cost": {
                "todo": "int",
                **dict.fromkeys(("seconds", "saved", "elapsed"), "null"),
                "workers": "int",
                "peak_bytes": "null",
                "bytes": "int",
                "cache_bytes": "null",
                **dict.fromkeys(("shared", "readers"), "int"),
                "evidence": [],
                "unknown": "int",
            },
            "detectable": DETECTABLE,
            "families": {"sanity arms": DETECTABLE},
            "notes": [],
            "warnings": [],
            "runs": [
                {
                    **dict.fromkeys(("key", "cell", "task", "shots", "noise", "arm"), "str"),
                    "trial": "null",
                    **dict.fromkeys(("split_seed", "seed"), "int"),
                    "init_seed": "null",
                    "state": "str",
                }
            ],
        }
    ],
}


def shape(value: Any) -> Any:
    """Keys, in their order, and types; of a list its first element."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "null" if value is None else type(value).__name__


def ordered(value: Any) -> str:
    return json.dumps(value)


def test_the_keys_of_a_plan(bench: Bench) -> None:
    asked = bench("plan", *SMOKE.split(), "--json")
    found = json.loads(asked.out)
    assert (asked.code, asked.err) == (0, "")
    assert ordered(shape(found)) == ordered(PLAN)
    (plan,) = found["plans"]
    assert (plan["planned"], plan["done"], plan["to_do"]) == (len(plan["runs"]), 0, len(plan["runs"]))
    assert {(run["arm"], run["state"]) for run in plan["runs"]} == {("ce", "to do"), ("majority", "to do")}


def test_a_plan_counts_the_comparisons_of_each_family_as_its_text_does(bench: Bench) -> None:
    asked = ("plan", *SMOKE.replace("ce,majority", "ce,majority,scl,rdrop").split())
    (plan,) = json.loads(bench(*asked, "--json").out)["plans"]
    text = bench(*asked).out
    assert plan["detectable"]["comparisons"] == 3
    assert {name: found["comparisons"] for name, found in plan["families"].items()} == {"sanity arms": 1, "paper scl": 1, "rivals": 1}
    assert all(f"Smallest difference to find, {name}, " in text for name in plan["families"])


def test_a_plan_in_python_is_the_document_of_the_command(bench: Bench) -> None:
    import benchmark

    plan = benchmark.plan("glue-fewshot", profile="smoke", tasks="sst2", methods="ce,majority", seeds=2, results="results", cache="cache")
    assert as_json(plan.document()) + "\n" == bench("plan", *SMOKE.split(), "--json").out
    assert str(plan) + "\n" == bench("plan", *SMOKE.split()).out
    assert "to do" in plan._repr_html_()


STAGES = """
tasks = ["sst2"]
baseline = "majority"
[[stage]]
name = "1"
arms = ["majority", "tfidf"]
seeds = 2
[[stage]]
name = "2"
arms = ["majority"]
seeds = 3
"""


def test_a_study_has_an_entry_for_each_stage(bench: Bench, tmp_path: Path) -> None:
    import benchmark

    (tmp_path / "mine.toml").write_text(STAGES)
    asked = bench(*["plan", "--suite", "mine.toml", "--profile", "smoke", "--results", "results", "--cache", "cache", "--json"])
    found = json.loads(asked.out)["plans"]
    assert [(plan["stage"], plan["planned"]) for plan in found] == [("1", 4), ("2", 3)]
    plans = benchmark.plan_stages("mine.toml", profile="smoke", results="results", cache="cache")
    assert as_json(PlanDocument(tuple(PlanEntry.of(plan) for plan in plans))) + "\n" == asked.out


def test_what_is_computed_is_done(bench: Bench) -> None:
    options = SMOKE.replace("ce,majority", "majority")
    assert bench("run", *options.split()).code == 0
    (plan,) = json.loads(bench("plan", *options.split(), "--json").out)["plans"]
    assert {run["state"] for run in plan["runs"]} == {"done"}
    assert plan["to_do"] == 0


def test_a_mistake_leaves_standard_output_empty(bench: Bench) -> None:
    asked = bench("plan", "--suite", "glue-fewshto", "--json")
    assert (asked.code, asked.out) == (2, "")
    assert "glue-fewshot" in asked.err
    assert bench("plan", *SMOKE.split(), "--json", "--freeze", "registration.json").code == 2


GOLDEN_CHECK = """{
 "document": "check",
 "format": 1,
 "method": "mine",
 "passed": false,
 "checks": [
  {
   "name": "it is frozen",
   "passed": true,
   "detail": ""
  },
  {
   "name": "it pickles",
   "passed": false,
   "detail": "cannot pickle a lambda"
  }
 ]
}
"""


def test_the_document_of_a_check(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    results = [CheckResult("it is frozen", True), CheckResult("it pickles", False, "cannot pickle a lambda")]
    monkeypatch.setattr(conformance, "check", lambda name, plugins: results)
    asked = bench("check", "mine", "--json")
    assert (asked.code, asked.out) == (1, GOLDEN_CHECK)
    assert CheckDocument.of("mine", results[:1]).passed


GOLDEN_VERIFY = """{
 "document": "verify",
 "format": 1,
 "holds": false,
 "counts": {
  "bitwise": 1,
  "not run again": 1,
  "failed": 1
 },
 "records": [
  {
   "key": "aa",
   "title": "ce sst2 N = 20 seed 0",
   "level": "bitwise",
   "note": "",
   "holds": true
  },
  {
   "key": "bb",
   "title": "scl sst2 N = 20 seed 0",
   "level": null,
   "note": "older code",
   "holds": null
  },
  {
   "key": "cc",
   "title": "records/cc.json",
   "level": null,
   "note": "truncated",
   "holds": false
  }
 ]
}"""
CHECKS = [
    Check("aa", "ce sst2 N = 20 seed 0", AgreementLevel.BITWISE, "", True),
    Check("bb", "scl sst2 N = 20 seed 0", None, "older code", None),
    Check("cc", "records/cc.json", None, "truncated", False),
]


def test_the_document_of_a_verification() -> None:
    assert as_json(VerifyDocument.of(CHECKS)) == GOLDEN_VERIFY
    assert VerifyDocument.of(CHECKS[:2]).holds
    assert not VerifyDocument.of(CHECKS[1:2]).holds, "nothing was run again"
    assert not VerifyDocument.of([]).holds


def test_verify_in_python_and_as_json_agree(bench: Bench) -> None:
    import benchmark

    assert bench("run", *SMOKE.replace("ce,majority", "majority").split()).code == 0
    asked = bench("verify", "--results", "results", "--json")
    assert asked.code == 0
    assert as_json(VerifyDocument.of(benchmark.verify("results"))) + "\n" == asked.out
