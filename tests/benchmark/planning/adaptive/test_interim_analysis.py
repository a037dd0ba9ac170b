"""`--until decided` from look to look, on records with simulated scores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.cell import Cell
from benchmark.config.request import RunRequest
from benchmark.config.suite import Arm
from benchmark.errors import UserError
from benchmark.planning.adaptive.interim_analysis import InterimAnalysis
from benchmark.planning.adaptive.plan_sequence import plan_sequence
from benchmark.planning.adaptive.stopping_rule import StoppingRule
from benchmark.planning.plan import Plan
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.driver import preview

Scores = Callable[[str, int], float]  # arm, split seed -> score
SUITE = """
tasks = ["sst2"]
arms = ["majority", "tfidf", { name = "smooth-tfidf", method = "tfidf", params = { C = 0.1 } }]
baseline = "majority"
"""


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., RunRequest]:
    suite = tmp_path / "tiny.toml"
    suite.write_text(SUITE)

    def make(**options: Any) -> RunRequest:
        given = {"suite": suite, "profile": "smoke", "until": "decided", "results": tmp_path / "results", "cache": tmp_path / "cache"}
        return RunRequest.parse(**(given | options))

    return make


def one_clear(arm: str, seed: int) -> float:
    """tfidf is far better than the baseline from the first look on; smooth-tfidf neither clearly better nor clearly the same."""
    return {"majority": 0.5, "tfidf": 0.9 + 0.001 * (seed % 3), "smooth-tfidf": 0.5 + 0.01 * (-1) ** seed + 0.002}[arm]


def one_futile(arm: str, seed: int) -> float:
    """tfidf is far better, smooth-tfidf is the baseline with noise."""
    return {"majority": 0.5, "tfidf": 0.9 + 0.001 * (seed % 3), "smooth-tfidf": 0.5 + 0.01 * (-1) ** seed}[arm]


def simulated(request: RunRequest, scores: Scores, upto: int = 99) -> Iterator[Plan]:
    """The plans of a request, their runs replaced by records with these scores. `upto`: how many plans before the kill."""
    store = RecordStore(request.results)
    for number, plan in enumerate(plan_sequence(request)):
        store.write_manifest(plan.manifest)
        for run in plan.runs:
            if not run.done and number < upto:
                metrics = {"accuracy": scores(run.arm.name, run.spec.split.split_seed)}
                store.write(RunRecord(key=run.key, spec=run.spec, status="done", metrics=metrics))
        yield plan
        if number == upto:
            return


def runs_by_arm(plan: Plan) -> dict[str, int]:
    return {name: sum(run.arm.name == name for run in plan.runs) for name in ("majority", "tfidf", "smooth-tfidf")}


def test_a_decided_arm_gets_no_more_seeds_and_the_baseline_runs_on_for_the_other(request_of: Callable[..., RunRequest]) -> None:
    plans = list(simulated(request_of(), one_clear))
    assert [runs_by_arm(plan) for plan in plans] == [
        {"majority": 5, "tfidf": 5, "smooth-tfidf": 5},
        {"majority": 10, "tfidf": 5, "smooth-tfidf": 10},
        {"majority": 20, "tfidf": 5, "smooth-tfidf": 20},
        {"majority": 50, "tfidf": 5, "smooth-tfidf": 50},
        {"majority": 50, "tfidf": 5, "smooth-tfidf": 50},
    ]


def test_when_all_are_decided_nothing_more_runs(request_of: Callable[..., RunRequest]) -> None:
    plans = list(simulated(request_of(methods="majority,tfidf"), one_clear))
    assert [len(plan.runs) for plan in plans] == [10, 10]
    assert all(run.done for run in plans[-1].runs)


def test_the_last_manifest_says_which_look_ended_each_comparison_and_why(request_of: Callable[..., RunRequest]) -> None:
    told = list(simulated(request_of(), one_clear))[-1].manifest.design["looks"]
    ended = {(row["arm"], row["seeds"], row["why"]) for row in told["table"] if row["why"]}
    assert ended == {("tfidf", 5, "crossed"), ("smooth-tfidf", 50, "last look")}
    assert (told["seeds"], told["comparisons"], told["baseline"]) == ([5, 10, 20, 50], 2, "majority")
    assert told["levels"] == pytest.approx(StoppingRule().levels(2))
    open_ = [row for row in told["table"] if row["arm"] == "smooth-tfidf"]
    assert [row["level"] for row in open_] == pytest.approx(StoppingRule().levels(1)), "the share of tfidf went to the one that is left"
    assert [row["futility"] for row in open_] == pytest.approx(StoppingRule().futile_from(2))


def test_a_comparison_that_will_find_nothing_ends_early_and_the_baseline_with_it(request_of: Callable[..., RunRequest]) -> None:
    plans = list(simulated(request_of(), one_futile))
    assert [runs_by_arm(plan) for plan in plans][1:] == [{"majority": 10, "tfidf": 5, "smooth-tfidf": 10}] * 2
    told = plans[-1].manifest.design["looks"]
    assert {(row["arm"], row["seeds"], row["why"]) for row in told["table"] if row["why"]} == {
        ("tfidf", 5, "crossed"),
        ("smooth-tfidf", 10, "futile"),
    }
    assert "1 stopped for futility" in plans[-1].stage


def test_the_noise_floor_is_told_by_its_family_and_not_by_its_name() -> None:
    arms = [Arm(name="ce", method="ce"), Arm(name="ce-null", method="scl"), Arm(name="floor", method="ce-null")]
    course = InterimAnalysis({Cell("sst2", "20"): arms}, "ce")
    assert [name for _, name in course.taken] == ["ce-null"]


def test_every_look_has_a_manifest_before_its_runs(request_of: Callable[..., RunRequest]) -> None:
    list(simulated(request_of(), one_clear, upto=1))
    manifests = [m for m in RecordStore(request_of().results).manifests() if isinstance(m, Manifest)]
    assert sorted(len(m.rows) for m in manifests) == [15, 25]
    assert {m.profile for m in manifests} == {"smoke+looks"}


def test_a_command_that_was_stopped_goes_on_at_its_look(request_of: Callable[..., RunRequest], tmp_path: Path) -> None:
    whole = list(simulated(request_of(), one_clear))
    rest = request_of(results=tmp_path / "again")
    list(simulated(rest, one_clear, upto=2))
    nextup = preview(rest)
    assert len(nextup.runs) == len(whole[2].runs)
    assert not all(run.done for run in nextup.runs)
    assert list(simulated(rest, one_clear))[-1].manifest.id == whole[-1].manifest.id


def test_plan_shows_the_first_look_and_writes_nothing(request_of: Callable[..., RunRequest]) -> None:
    plan = preview(request_of())
    assert len(plan.runs) == 15
    assert plan.stage.startswith("until decided: look at 5 seeds, 2 of 2 comparisons not decided yet")
    assert plan.detectable is not None
    assert plan.detectable.level == pytest.approx(StoppingRule().levels(2)[0])
    assert not request_of().results.exists()
    assert any("is found with power 0.8" in note and "as futile from p = 0.94" in note for note in plan.notes)


def test_a_pair_that_is_not_there_is_left_out_and_the_rest_decides(request_of: Callable[..., RunRequest]) -> None:
    store = RecordStore(request_of().results)
    course = plan_sequence(request_of(methods="majority,tfidf"))
    first = next(course)
    for run in first.runs:
        if (run.arm.name, run.spec.split.split_seed) != ("tfidf", 3):
            metrics = {"accuracy": one_clear(run.arm.name, run.spec.split.split_seed)}
            store.write(RunRecord(key=run.key, spec=run.spec, status="done", metrics=metrics))
    (row,) = next(course).manifest.design["looks"]["table"]
    assert (row["pairs"], row["why"]) == (4, "crossed")


def test_without_the_baseline_there_is_nothing_to_decide(request_of: Callable[..., RunRequest]) -> None:
    with pytest.raises(UserError, match="nothing to decide"):
        preview(request_of(methods="tfidf"))


@pytest.mark.parametrize("option", [{"seeds": "5"}, {"splits": 2}])
def test_the_looks_say_how_many_seeds(request_of: Callable[..., RunRequest], option: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="--until decided"):
        request_of(**option)


def test_search_and_looks_go_together(request_of: Callable[..., RunRequest]) -> None:
    request = request_of(search=2, methods="majority,smooth-tfidf,tfidf")
    course, store = plan_sequence(request), RecordStore(request.results)
    first = next(course)
    for run in first.runs:
        scores: dict[str, Any] = {"dev_metrics": {"accuracy": 0.5 + 0.1 * (run.arm.trial or 0)}, "metrics": {"accuracy": 0.5}}
        store.write(RunRecord(key=run.key, spec=run.spec, status="done", **scores))
    second = next(course)
    assert {run.arm.role for run in first.runs} == {"trial"}
    assert {(run.arm.name, run.arm.role) for run in second.runs} == {("majority", "arm"), ("smooth-tfidf", "arm"), ("tfidf", "tuned")}
    assert second.manifest.profile == "smoke+search2+looks"
    assert set(second.manifest.design) == {"search", "looks"}
