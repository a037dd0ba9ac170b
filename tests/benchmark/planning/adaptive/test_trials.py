"""A search from end to end: trials, choice, chosen runs; all of them records, all of it resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.adaptive.plan_sequence import plan_sequence
from benchmark.planning.adaptive.trials import TUNING, check_development
from benchmark.planning.plan import Plan, make_plan
from benchmark.records.frame import load_results
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.driver import Summary, preview, run_request

BUDGET = 3
SUITE = """
tasks = ["sst2"]
arms = ["majority", "tfidf"]
baseline = "majority"
"""


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about power cuts, and waiting for the disk is what takes time in small grids."""
    monkeypatch.setattr(os, "fsync", lambda file: None)


class Quiet:
    def planned(self, plan: Plan) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *told: Any) -> None: ...
    def closed(self) -> None: ...


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., RunRequest]:
    suite = tmp_path / "tiny.toml"
    suite.write_text(SUITE)

    def make(**options: Any) -> RunRequest:
        given = {"suite": suite, "profile": "smoke", "search": BUDGET, "results": tmp_path / "results", "cache": tmp_path / "cache"}
        return RunRequest.parse(**(given | options))

    return make


def search(request: RunRequest) -> tuple[Plan, Summary]:
    return run_request(request, lambda plan: Quiet())


def chosen(plan: Plan) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = plan.manifest.design["search"]["choices"]
    return found


def give_dev_scores(request: RunRequest, dev: list[float], test: float) -> None:
    """Records of every trial, with these development scores by trial and one test score."""
    for run in next(plan_sequence(request)).runs:
        assert run.arm.trial is not None
        scores = {"dev_metrics": {"accuracy": dev[run.arm.trial]}, "metrics": {"accuracy": test}}
        RecordStore(request.results).write(RunRecord(key=run.key, spec=run.spec, status="done", **scores))


@pytest.mark.slow
def test_every_trial_is_a_record_on_a_split_that_no_report_uses(request_of: Callable[..., RunRequest]) -> None:
    plan, summary = search(request_of())
    frame = load_results(request_of().results)
    trials = frame[frame["role"] == "trial"]
    assert summary.failed == 0
    assert len(trials) == BUDGET * len(TUNING)
    assert set(trials["variant"]) == {"tfidf"}
    assert sorted(set(trials["trial"])) == list(range(BUDGET))
    assert sorted(set(trials["split_seed"])) == [split for split, *_ in TUNING]
    assert not {run.spec.split.split_seed for run in plan.runs} & {split for split, *_ in TUNING}
    assert {run.arm.name: run.arm.role for run in plan.runs} == {"majority": "arm", "tfidf": "tuned"}


@pytest.mark.slow
def test_the_manifest_holds_budget_labels_and_the_choice(request_of: Callable[..., RunRequest]) -> None:
    design = search(request_of())[0].manifest.design["search"]
    assert (design["trials"], design["drawn"]) == (BUDGET, {"majority": 0, "tfidf": BUDGET})
    assert design["labels"] == {"sst2 N = 8": pytest.approx(80, abs=20)}  # 5 splits with 8 + 8 labels, some of them the same
    (choice,) = design["choices"]
    assert (choice["arm"], len(choice["means"])) == ("tfidf", BUDGET)
    assert set(choice["setting"]) == {"C"}
    assert json.dumps(design)


def test_the_best_development_score_is_what_runs(request_of: Callable[..., RunRequest]) -> None:
    give_dev_scores(request_of(), [0.5, 0.4, 0.9], test=0.5)
    plan = preview(request_of())
    (choice,) = chosen(plan)
    assert choice["trial"] == 2
    assert {run.spec.method.params["C"] for run in plan.runs if run.arm.name == "tfidf"} == {choice["setting"]["C"]}


@pytest.mark.parametrize("test", [0.0, 1.0])
def test_test_scores_cannot_influence_the_choice(request_of: Callable[..., RunRequest], test: float) -> None:
    dev = [0.5, 0.9, 0.4]
    give_dev_scores(request_of(), dev, test=0.5)
    before = preview(request_of())
    for run in next(plan_sequence(request_of())).runs:  # test scores that speak against the choice, or are not there at all
        assert run.arm.trial is not None
        metrics = {} if test == 0 else {"accuracy": 1 - dev[run.arm.trial]}
        record = RecordStore(request_of().results).read(run.key).model_copy(update={"metrics": metrics})
        RecordStore(request_of().results).write(record)
    after = preview(request_of())
    assert chosen(after) == chosen(before)
    assert chosen(after)[0]["trial"] == 1
    assert [run.key for run in after.runs] == [run.key for run in before.runs]


@pytest.mark.slow
def test_a_search_that_was_stopped_goes_on_where_it_was(request_of: Callable[..., RunRequest], tmp_path: Path) -> None:
    whole, _ = search(request_of())
    rest = request_of(results=tmp_path / "again")
    first = next(plan_sequence(rest))
    store, there = RecordStore(rest.results), RecordStore(request_of().results)
    for run in first.runs[:7]:  # as a kill leaves it: some of the trials
        store.write(there.read(run.key))
    again, summary = search(rest)
    assert (summary.cached, summary.done) == (7, len(first.runs) + len(again.runs))
    assert again.manifest.id == whole.manifest.id


@pytest.mark.slow
def test_a_search_that_is_done_runs_nothing_again(request_of: Callable[..., RunRequest]) -> None:
    _, first = search(request_of())
    plan, second = search(request_of())
    assert second.cached == second.done == first.done
    assert all(run.done for run in plan.runs)


@pytest.mark.slow
def test_tuned_results_stand_apart_from_defaults_in_one_folder(request_of: Callable[..., RunRequest]) -> None:
    search(request_of())
    run_request(request_of(search=None), lambda plan: Quiet())
    frame = load_results(request_of().results)
    assert set(frame["profile"]) == {"smoke", f"smoke+search{BUDGET}"}
    assert set(frame[frame["profile"] == "smoke"]["role"]) == {"arm"}


def test_plan_shows_the_trials_first_and_writes_nothing(request_of: Callable[..., RunRequest]) -> None:
    plan = preview(request_of())
    assert {run.arm.role for run in plan.runs} == {"trial"}
    assert "Nothing to search, so no trials: majority" in plan.notes[0]
    assert not request_of().results.exists()


def test_the_trials_manifest_makes_no_choice(request_of: Callable[..., RunRequest]) -> None:
    search(request_of())
    manifests = [m for m in RecordStore(request_of().results).manifests() if isinstance(m, Manifest)]
    assert sorted("choices" in m.design["search"] for m in manifests) == [False, True]


def test_reported_splits_may_not_be_tuning_splits(request_of: Callable[..., RunRequest]) -> None:
    with pytest.raises(UserError, match="tunes on them"):
        preview(request_of(seeds="1000-1001"))


def test_a_run_without_anything_to_search_is_an_error(request_of: Callable[..., RunRequest]) -> None:
    with pytest.raises(UserError, match="anything to search"):
        preview(request_of(methods="majority"))


def test_a_cell_without_development_data_is_an_error() -> None:
    run: Any = SimpleNamespace(shape=SimpleNamespace(n_dev=0), cell=SimpleNamespace(label="mine N=all"))
    with pytest.raises(UserError, match="no development examples"):
        check_development([run])


@pytest.mark.parametrize("trials", [0, 1, -3])
def test_a_budget_below_two_is_an_error(request_of: Callable[..., RunRequest], trials: int) -> None:
    with pytest.raises(UserError, match="--search"):
        request_of(search=trials)


def test_a_plan_without_search_has_no_design(request_of: Callable[..., RunRequest]) -> None:
    assert make_plan(request_of(search=None)).manifest.design == {}
