"""What a credit rests on: the registered rule with one task left out, and the words for it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.config.toml_files import load_analysis
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.conclusions import Answer, answer, conclusions
from reports.questions.left_out import with_tasks_left_out
from reports.questions.study_answers import QuestionWords, StudyAnswers, rules_in_words
from reports.results.study_scores import ArmPlace

STUDY = load_analysis("study")
Q1 = next(one for one in STUDY.questions if one.name == "Q1")
Q5 = next(one for one in STUDY.questions if one.name == "Q5")
Scores = dict[ArmPlace, ArmRuns]


def scores(gains: dict[str, float]) -> Scores:
    """Runs of Q1 at N = 20: on each task named, `scl` so many points above `ce` and both controls."""
    rng, found = np.random.default_rng(5), {}
    for task in STUDY.tasks:
        split = 70 + 3 * rng.standard_normal(20)
        for arm in ("ce", "scl", "scl-placebo", "scl-simcse"):
            values = split + gains.get(task, 0.0) * (arm == "scl") + rng.standard_normal(20)
            found[ArmPlace(STUDY.encoder, task, "20", arm)] = ArmRuns(
                arm, {(i, i): Run(value / 100, "done", False) for i, value in enumerate(values)}
            )
    return found


def only(*questions: Question) -> AnalysisPlan:
    return STUDY.model_copy(update={"questions": questions})


def said(plan: AnalysisPlan, given: Scores) -> str:
    found = with_tasks_left_out(plan, conclusions(plan, given), given)
    return StudyAnswers(plan, found, ()).questions[0].said


def test_a_credit_that_hangs_on_one_task_names_it() -> None:
    given = scores({"trec": 12.0})
    one, other = with_tasks_left_out(only(Q1), conclusions(only(Q1), given), given)
    assert (one.answer, other.answer) == (Answer.CREDITED, Answer.NOT_RUN)
    assert [gone.task for gone in one.without] == list(STUDY.tasks)
    assert [gone.task for gone in one.without if gone.answer is not Answer.CREDITED] == ["trec"]
    assert other.without == ()
    without = next(gone for gone in one.without if gone.task == "trec")
    effects = [QuestionWords(STUDY, Q1).effect(against) for against in without.comparisons]
    text = said(only(Q1), given)
    assert f"{without.answer} with trec left out (" in text
    assert all(f"{effect} over {against.arm}" in text for effect, against in zip(effects, without.comparisons, strict=True))
    assert "sst2 left out" not in text


def test_a_credit_that_hangs_on_none_says_so() -> None:
    text = said(only(Q1), scores(dict.fromkeys(STUDY.tasks, 3.0)))
    assert "N = 20: credited: scl is above ce (" in text
    assert text.count("left out") == 1
    assert "credited with any one task left out too" in text


def test_only_a_control_that_is_no_longer_beaten_is_named() -> None:
    given = scores(dict.fromkeys(STUDY.tasks, 3.0))
    for task in STUDY.tasks:  # the placebo does what scl does, but for one task
        if task != "snips":
            place = ArmPlace(STUDY.encoder, task, "20", "scl-placebo")
            given[place] = ArmRuns("scl-placebo", {label: run._replace(value=run.value + 0.03) for label, run in given[place].runs.items()})
    snips = ArmPlace(STUDY.encoder, "snips", "20", "scl")
    given[snips] = ArmRuns("scl", {label: run._replace(value=run.value + 0.12) for label, run in given[snips].runs.items()})
    text = said(only(Q1), given)
    assert text.count("left out") == 1
    named = text.split(" with snips left out (")[1].split(")")[0]
    assert named.endswith(" over scl-placebo")
    assert "over ce" not in named
    assert "scl-simcse" not in named


def test_it_is_the_registered_rule_on_the_other_tasks() -> None:
    given = scores({"trec": 12.0, "sst2": 2.0})
    (one, _) = with_tasks_left_out(only(Q1), conclusions(only(Q1), given), given)
    for gone in one.without:
        fewer = {place: runs for place, runs in given.items() if place.task != gone.task}
        alone = answer(STUDY, Q1, fewer)[0]
        assert gone.answer is alone.answer
        assert [a.fixed for a in gone.comparisons] == [a.fixed for a in alone.comparisons]


def test_what_is_not_credited_is_not_asked_again() -> None:
    given = scores({})
    found = conclusions(only(Q1), given)
    assert with_tasks_left_out(only(Q1), found, given) == tuple(found)
    assert "left out" not in said(only(Q1), given)


def test_a_question_of_one_task_has_none_to_leave_out() -> None:
    given, narrow = scores({"trec": 12.0}), only(Q1.model_copy(update={"tasks": ("trec",)}))
    one, _ = with_tasks_left_out(narrow, conclusions(narrow, given), given)
    assert one.answer is Answer.CREDITED
    assert one.without == ()
    assert "left out" not in said(narrow, given)


def test_a_credit_with_runs_of_one_task_alone_has_none_to_leave_out_either() -> None:
    given = {place: runs for place, runs in scores({"trec": 12.0}).items() if place.task == "trec"}
    one, _ = with_tasks_left_out(only(Q1), conclusions(only(Q1), given), given)
    assert one.answer is Answer.CREDITED
    assert one.without == ()
    assert "tasks or comparisons are missing" in said(only(Q1), given)
    assert "left out" not in said(only(Q1), given)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_slope_names_its_direction_its_gains_and_the_task_that_it_hangs_on(sign: int) -> None:
    rng, given = np.random.default_rng(2), {}
    for encoder, layers in Q5.layers.items():
        for task in STUDY.tasks_of(Q5):
            gains = {"ce": 0.0, "scl": 5.0 + (sign * 3.0 * layers if task == "trec" else 0.0)}
            split = 60 + rng.standard_normal(15)
            for arm, gain in gains.items():
                runs = {(i, i): Run(value / 100, "done", False) for i, value in enumerate(split + gain + rng.standard_normal(15))}
                given[ArmPlace(encoder, task, "20", arm)] = ArmRuns(arm, runs)
    text = said(only(Q5), given)
    assert f"the gain of scl over ce {'falls' if sign < 0 else 'rises'} with the layers drawn again (" in text
    levels = [
        np.mean(
            [
                given[ArmPlace(encoder, task, "20", "scl")].runs[i, i].value - given[ArmPlace(encoder, task, "20", "ce")].runs[i, i].value
                for task in STUDY.tasks_of(Q5)
                for i in range(15)
            ]
        )
        for encoder in sorted(Q5.layers, key=lambda one: Q5.layers[one])
    ]
    first, second, third = (f"{100 * level:+.1f}" for level in levels)
    assert f"({first}, {second} and {third} points with 0, 2 and 4 of them; slope " in text.replace("\N{MINUS SIGN}", "-")
    assert "undecided with trec left out (slope " in text
    assert text.endswith("]).")


def test_the_rule_says_that_it_was_not_registered() -> None:
    assert "with one task left out was not registered and decides nothing" in rules_in_words(STUDY)
