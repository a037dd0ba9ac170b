"""The registered questions task by task: every number is that task's own, and nothing stands there too early."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.config.toml_files import load_analysis
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.conclusions import conclusions
from reports.questions.left_out import with_tasks_left_out
from reports.questions.questions_by_task import questions_by_task
from reports.questions.study_answers import StudyAnswers
from reports.results.study_scores import ArmPlace

STUDY = load_analysis("study")
PLAN = STUDY.model_copy(update={"questions": tuple(one for one in STUDY.questions if one.name in ("Q1", "Q4", "Q5"))})
Scores = dict[ArmPlace, ArmRuns]


@pytest.fixture(scope="module")
def scores() -> Scores:
    """Runs of Q1, Q4 (`scl`) and Q5 at N = 20; most of what `scl` gains lies on trec."""
    rng, found = np.random.default_rng(8), {}
    for encoder in next(one for one in STUDY.questions if one.layers).layers:
        for task in STUDY.tasks:
            split = 70 + 3 * rng.standard_normal(6)
            for arm in ("ce", "scl", "scl-placebo", "scl-simcse"):
                gain = (14.0 if task == "trec" else -0.2) * (arm == "scl")
                values = split + gain + rng.standard_normal(6)
                runs = {(i, i): Run(value / 100, "done", False) for i, value in enumerate(values)}
                found[ArmPlace(encoder, task, "20", arm)] = ArmRuns(arm, runs)
    return found


@pytest.fixture(scope="module")
def study(scores: Scores) -> StudyAnswers:
    return StudyAnswers(PLAN, with_tasks_left_out(PLAN, conclusions(PLAN, scores), scores), ())


def values(scores: Scores, task: str, arm: str) -> np.ndarray:
    runs = scores[ArmPlace(STUDY.encoder, task, "20", arm)].runs
    return 100 * np.array([runs[i, i].value for i in range(6)])


def test_a_gain_is_that_of_its_task_with_students_interval(study: StudyAnswers, scores: Scores) -> None:
    table = questions_by_task(study)
    assert table is not None
    row = next(row for row in table.rows if row.called == "Q1 scl against scl-simcse")
    assert [column.name for column in table.columns] == ["question", "N", "comparison", "unit", *STUDY.tasks]
    for cell, task in zip(row.cells[4:], STUDY.tasks, strict=True):
        gains = values(scores, task, "scl") - values(scores, task, "scl-simcse")
        low, high = stats.t.interval(0.95, 5, gains.mean(), stats.sem(gains))
        assert cell.value == pytest.approx(gains.mean())
        assert cell.interval == pytest.approx((low, high))
        assert cell.shown.endswith("(n = 6)")


def test_a_ratio_is_shown_as_a_ratio(study: StudyAnswers, scores: Scores) -> None:
    table = questions_by_task(study)
    assert table is not None
    row = next(row for row in table.rows if row.called == "Q4 scl against ce")
    assert row.cells[3].shown == "ratio of standard deviations"
    for cell, task in zip(row.cells[4:], STUDY.tasks, strict=True):
        assert cell.value == pytest.approx(values(scores, task, "scl").std(ddof=1) / values(scores, task, "ce").std(ddof=1))
        assert not cell.shown.startswith("+")


def test_a_task_that_is_not_asked_for_has_a_dash(study: StudyAnswers) -> None:
    table = questions_by_task(study)
    assert table is not None
    row = next(row for row in table.rows if row.called == "Q5 scl slope of the gain over ce")
    asked = next(one for one in STUDY.questions if one.name == "Q5").tasks
    assert asked is not None
    assert {task for cell, task in zip(row.cells[4:], STUDY.tasks, strict=True) if cell.shown != "-"} == set(asked)


def test_a_credit_has_a_row_of_what_would_be_said_without_each_task(study: StudyAnswers) -> None:
    table = questions_by_task(study)
    assert table is not None
    (row,) = [row for row in table.rows if row.called == "Q1 answer with this task left out"]
    said = {task: cell.shown for cell, task in zip(row.cells[4:], STUDY.tasks, strict=True)}
    assert {task for task, answer in said.items() if answer != "credited"} == {"trec"}
    assert not [row for row in table.rows if row.called.startswith("Q4 answer")], "Q4 is not credited"


def test_before_any_answer_there_is_no_table() -> None:
    assert questions_by_task(StudyAnswers(PLAN, tuple(conclusions(PLAN, {})), ())) is None
