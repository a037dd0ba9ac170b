"""How far a study is: counted by key, and a question waits for every plan that holds one of its runs."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.config.toml_files import load_analysis
from benchmark.records.registration.registration import RegisteredRuns
from reports.questions.stage_progress import StageProgress, by_stage, stage_progress, waits_for

STUDY = load_analysis("study")
Q1, Q2, _, _, Q5 = STUDY.questions
FIRST = frozenset(f"{task} N=20 {arm}" for task in STUDY.tasks for arm in ("ce", "ce-null", "scl", "scl-placebo", "scl-simcse"))


def key(number: int) -> str:
    return f"{number:012x}" + "0" * 52


def registered(stage: str, cells: dict[str, list[int]], profile: str = "laptop", **more: Any) -> RegisteredRuns:
    keys = {label: " ".join(key(number)[:12] for number in numbers) for label, numbers in cells.items()}
    return RegisteredRuns(stage=stage, profile=profile, runs=sum(map(len, cells.values())), digest="0" * 64, keys=keys, **more)


def test_runs_are_counted_by_key_and_failed_ones_are_finished() -> None:
    runs = [registered("1", {"sst2 N=20 ce": [1, 2], "sst2 N=20 scl": [3, 4]})]
    (found,) = stage_progress(runs, {key(1): "done", key(3): "failed", key(9): "done"})
    assert (found.planned, found.finished, found.failed, found.complete) == (4, 2, 1, False)
    assert str(found) == "stage 1 not finished: 2 of 4 runs, 1 of them failed"
    (whole,) = stage_progress(runs, {key(i): "done" for i in range(1, 5)})
    assert (whole.complete, str(whole)) == (True, "stage 1 complete: 4 of 4 runs")


def test_settings_of_a_search_are_alternatives_and_count_nowhere() -> None:
    assert stage_progress([registered("7", {"sst2 N=20 ce setting 0": [1]}, "laptop+search8", choice=True)], {}) == ()


@pytest.mark.parametrize(
    ("profile", "encoder", "cells"), [("laptop", "", 1), ("laptop+other", "other", 1), ("laptop+crossed", "crossed", 0)]
)
def test_an_encoder_is_named_by_the_profile_and_other_designs_answer_nothing(profile: str, encoder: str, cells: int) -> None:
    (found,) = stage_progress([registered("1", {"sst2 N=20 ce": [1]}, profile)], {})
    assert (found.encoder, len(found.cells)) == (encoder, cells)


def stage(name: str, cells: frozenset[str], *, done: bool = True, encoder: str = "") -> StageProgress:
    return StageProgress(name, 10, 10 if done else 9, encoder=encoder, cells=cells)


def test_a_number_of_labels_waits_for_its_own_stages_alone() -> None:
    later = frozenset(cell.replace("N=20", "N=100") for cell in FIRST)
    stages = [stage("1", FIRST), stage("3", later, done=False)]
    assert waits_for(STUDY, Q1, "scl", "20", stages) == ()
    assert waits_for(STUDY, Q1, "scl", "100", stages) == (stages[1],)


def test_every_stage_that_holds_an_arm_of_it_is_waited_for() -> None:
    second = frozenset(f"{task} N=20 {arm}" for task in STUDY.tasks for arm in ("cat", "cat-clean", "cat-random"))
    for done in ((True, False), (False, True)):
        stages = [stage("1", FIRST, done=done[0]), stage("2", second, done=done[1])]
        assert [one.stage for one in waits_for(STUDY, Q2, "cat", "20", stages)] == [one.stage for one in stages if not one.complete]


def test_a_run_that_no_plan_holds_is_waited_for() -> None:
    (unplanned,) = waits_for(STUDY, Q1, "scl", "20", [stage("1", FIRST - {"trec N=20 scl-placebo"})])
    assert str(unplanned) == "runs that no plan in these results holds"


def test_a_slope_waits_for_every_encoder() -> None:
    cells = frozenset(f"{task} N=20 {arm}" for task in STUDY.tasks_of(Q5) for arm in ("ce", "scl"))
    names = [name for name in Q5.layers if name != STUDY.encoder]
    stages = [stage("1", FIRST), *(stage("2b", cells, encoder=name, done=i == 0) for i, name in enumerate(names))]
    assert waits_for(STUDY, Q5, "scl", "20", stages) == (stages[2],)


def test_the_plans_of_one_stage_stand_together() -> None:
    both = by_stage([StageProgress("2", 10, 10, 1), StageProgress("2", 5, 0), StageProgress("3", 1)])
    assert both == (StageProgress("2", 15, 10, 1), StageProgress("3", 1))
