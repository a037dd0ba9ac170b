"""A study in stages: one plan after the other, each with its own manifest, and what is computed in one stage is not run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli.output.plan_text import study_text
from benchmark.config.request import RunRequest
from benchmark.planning.adaptive.plan_sequence import plan_sequence
from benchmark.planning.plan import Plan
from benchmark.records.frame import load_results
from benchmark.running.driver import preview_study, run_request

STUDY = """
tasks = ["sst2", "qnli"]
baseline = "majority"
[[stage]]
name = "1"
title = "two baselines"
arms = ["majority", "tfidf"]
seeds = 2
[[stage]]
name = "2"
tasks = ["sst2"]
arms = ["majority"]
seeds = 3
[[stage]]
name = "3"
tasks = ["sst2"]
arms = ["majority", "tfidf"]
search = 2
seeds = 1
"""


class Quiet:
    def planned(self, plan: Plan) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *ended: Any) -> None: ...
    def closed(self) -> None: ...


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., RunRequest]:
    path = tmp_path / "mine.toml"
    path.write_text(STUDY)
    folders = {"results": tmp_path / "results", "cache": tmp_path / "cache"}
    return lambda **options: RunRequest.parse(suite=str(path), profile="smoke", **folders, **options)


def test_each_stage_has_a_manifest_of_its_own(study: Callable[..., RunRequest]) -> None:
    manifests = [plan.manifest for plan in plan_sequence(study())]
    assert [manifest.design["stage"] for manifest in manifests] == ["1", "2", "3", "3"]
    assert {manifest.suite for manifest in manifests} == {"mine"}
    assert [manifest.profile for manifest in manifests] == ["smoke", "smoke", "smoke+search2", "smoke+search2"]


@pytest.mark.slow
def test_what_one_stage_has_computed_the_next_one_takes(study: Callable[..., RunRequest]) -> None:
    _, first = run_request(study(stage="1"), lambda plan: Quiet())
    _, whole = run_request(study(), lambda plan: Quiet())
    frame = load_results(study().results)
    assert (first.planned, first.cached) == (8, 0)
    assert whole.cached == 8
    assert whole.failed == 0
    assert set(frame["status"]) == {"done"}
    assert {run.done for plan in preview_study(study()) for run in plan.runs} == {True}


def test_with_rerun_a_command_makes_each_run_once(study: Callable[..., RunRequest]) -> None:
    """Stage 2 shares the runs of `majority` on sst2 with stage 1, and has a third seed."""
    run_request(study(stage="1,2", methods="majority"), lambda plan: Quiet())
    todo: dict[str, list[tuple[str, int]]] = {}

    def noted(plan: Plan) -> Quiet:
        todo[plan.grid.stage] = [(run.cell.task, run.spec.split.split_seed) for run in plan.runs if run.todo]
        return Quiet()

    _, again = run_request(study(stage="1,2", methods="majority", rerun=True), noted)
    assert sorted(todo["1"]) == [("qnli", 0), ("qnli", 1), ("sst2", 0), ("sst2", 1)]
    assert todo["2"] == [("sst2", 2)]
    assert (again.planned, again.done, again.failed) == (5, 5, 0)


def test_the_plan_of_a_study_has_a_line_per_stage_and_one_for_all(study: Callable[..., RunRequest]) -> None:
    plans = preview_study(study())
    lines = study_text(plans).splitlines()
    assert [line.split()[0] for line in lines if line.split()[:1] in (["1"], ["2"], ["3"], ["all"])] == ["1", "2", "3", "all"]
    whole = next(line for line in lines if line.startswith("all")).split()
    assert whole[1] == str(len({run.key for plan in plans for run in plan.runs}))


def test_a_suite_of_one_grid_is_no_study() -> None:
    assert preview_study(RunRequest.parse(suite="glue-fewshot", profile="smoke")) == []
