"""The answers of a study in words: nothing that could pass for an answer before its stages are complete, and everything after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.config.toml_files import load_analysis
from benchmark.stats.pairing import ArmRuns, Run
from reports.figures.answers_forest import questions_forest
from reports.questions.conclusions import Answer, conclusions
from reports.questions.questions_table import questions_table
from reports.questions.stage_progress import StageProgress
from reports.questions.study_answers import StudyAnswers, rules_in_words
from reports.results.study_scores import ArmPlace, StudyScores

STUDY = load_analysis("study")
ARMS = {
    "1": ("ce", "ce-null", "scl", "scl-placebo", "scl-simcse"),
    "2": ("cat", "cat-clean", "cat-random", "three-phase", "ce-matched"),
}
GAINS = {"scl": 3.0, "scl-simcse": 0.5, "scl-placebo": 2.9}


def stage(name: str, shots: str, arms: tuple[str, ...], done: bool, encoder: str = "") -> StageProgress:
    cells = frozenset(f"{task} N={shots} {arm}" for task in STUDY.tasks for arm in arms)
    return StageProgress(name, 100, 100 if done else 30, encoder=encoder, cells=cells)


def stages(*done: str) -> list[StageProgress]:
    """The stages that questions rest on; those named are complete."""
    plain = [("1", "20", ARMS["1"]), ("2", "20", ARMS["2"]), ("3", "100", ARMS["1"]), ("4", "100", ARMS["2"])]
    layers = [stage("2b", "20", ("ce", "scl"), "2b" in done, name) for name in STUDY.questions[4].layers if name != STUDY.encoder]
    return [*(stage(name, shots, arms, name in done) for name, shots, arms in plain), *layers]


@pytest.fixture(scope="module")
def scores() -> StudyScores:
    """Every run of the questions: `scl` far above `ce`, and no further above its placebo than chance."""
    rng, found = np.random.default_rng(3), {}
    for encoder in STUDY.questions[4].layers:
        for task in STUDY.tasks:
            for shots in STUDY.shots:
                split = 70 + 3 * rng.standard_normal(20)
                for arm in (*ARMS["1"], *ARMS["2"]):
                    values = (split + GAINS.get(arm, 0.0) + 1.5 * rng.standard_normal(20)) / 100
                    found[ArmPlace(encoder, task, shots, arm)] = ArmRuns(arm, {(i, i): Run(v, "done", False) for i, v in enumerate(values)})
    return found


def study(scores: StudyScores, *done: str) -> StudyAnswers:
    plans = stages(*done)
    return StudyAnswers(STUDY, tuple(conclusions(STUDY, scores, plans)), tuple(plans))


def test_before_its_stages_are_complete_a_question_has_no_number(scores: StudyScores) -> None:
    found = study(scores)
    assert {one.answer for one in found.conclusions} == {Answer.NOT_COMPLETE}
    assert not any(one.comparisons or one.p is not None for one in found.conclusions)
    said = {one.name: one.said for one in found.questions}
    assert said["Q1"] == "No answer yet: N = 20 waits for stage 1; N = 100 waits for stage 3."
    assert said["Q2"] == "No answer yet: N = 20 waits for stages 1 and 2; N = 100 waits for stages 3 and 4."
    assert "cat and three-phase at N = 20 wait for stages 1 and 2" in said["Q4"]
    assert not any("points" in text or "[" in text for text in said.values())
    assert questions_forest(found) is None
    assert not found.any_answer


def test_a_complete_number_of_labels_is_answered_and_the_other_is_not(scores: StudyScores) -> None:
    found = study(scores, "1")
    first = next(one for one in found.questions if one.name == "Q1")
    assert first.said.split(": ")[1] in ("undecided", "not credited")
    assert "scl is above ce (+" in first.said
    assert "not shown above scl-placebo (" in first.said
    assert ", 8 tasks, 160 pairs of runs; no answer yet" in first.said
    assert first.said.endswith("; no answer yet: N = 100 waits for stage 3.")
    assert first.subject == "Q1, claim: SCL improves fine-tuning with few labels"


def test_an_unfinished_statement_counts_as_p_1_and_finishing_it_never_takes_a_credit(scores: StudyScores) -> None:
    gone = {**scores}
    for place in scores:
        if place.arm == "scl-placebo":
            gone[place] = replace(scores[place._replace(arm="ce-null")], name="scl-placebo")
    early, late = (study(gone, *done).conclusions[0] for done in (("1",), ("1", "3")))
    assert early.p is not None
    assert early.p_holm == pytest.approx(min(1.0, 2 * early.p))
    assert early.answer is late.answer is Answer.CREDITED
    assert early.shown == late.shown == ("ce", "scl-placebo", "scl-simcse")
    assert late.p_holm is not None
    assert late.p_holm <= early.p_holm + 1e-12


def test_each_comparison_is_judged_at_the_correction_of_its_statement(scores: StudyScores) -> None:
    one = study(scores, "1").conclusions[0]
    for against in one.comparisons:
        p = against.p if against.fixed.value > 0 else 1.0
        assert (against.arm in one.shown) == (2 * p <= STUDY.alpha)
    assert "scl-placebo" not in one.shown


def test_ratios_and_slopes_have_words_of_their_own(scores: StudyScores) -> None:
    found = {one.name: one.said for one in study(scores, "1", "2", "2b", "3", "4").questions}
    assert "N = 20: scl undecided: not shown steadier than ce (ratio of standard deviations " in found["Q4"]
    assert "the gain of scl over ce is not shown to change with the layers drawn again (+" in found["Q5"]
    assert "points with 0, 2 and 4 of them; slope " in found["Q5"]
    assert "points per layer [" in found["Q5"]
    assert "no answer yet" not in "".join(found.values())


def test_what_is_shown_to_be_worse_is_said_to_be_so(scores: StudyScores) -> None:
    worse = dict(scores)
    for place in scores:
        if place.arm == "cat":
            runs = {label: run._replace(value=run.value - 0.05) for label, run in scores[place].runs.items()}
            worse[place] = ArmRuns("cat", runs)
        if place.arm == "three-phase":
            spread = {label: run._replace(value=0.7 + 3 * (run.value - 0.7)) for label, run in scores[place].runs.items()}
            worse[place] = ArmRuns("three-phase", spread)
    said = {one.name: one.said for one in study(worse, "1", "2").questions}
    assert "not credited: cat is below ce (−5." in said["Q2"]
    assert "not shown above" not in said["Q2"]
    assert "three-phase not credited: less steady than ce (ratio of standard deviations " in said["Q4"]
    assert "scl undecided: not shown steadier than ce (" in said["Q4"]


def test_the_progress_names_every_stage_once(scores: StudyScores) -> None:
    assert study(scores, "1").progress == (
        "Of 600 planned runs 250 are finished; complete: stage 1 (100 of 100 runs); "
        "not finished: stages 2 (30 of 100 runs), 3 (30 of 100 runs), 4 (30 of 100 runs), 2b (60 of 200 runs)."
    )


def test_the_table_has_every_comparison_and_says_what_is_waited_for(scores: StudyScores) -> None:
    table = questions_table(study(scores, "1"))
    rows = [[cell.shown for cell in row.cells] for row in table.rows]
    assert [row[2] for row in rows[:4]] == [
        *("scl against ce", "scl against scl-placebo", "scl against scl-simcse"),
        "scl: stage 3 not finished: 30 of 100 runs",
    ]
    assert rows[3][3] == "no answer yet"
    assert rows[3][4:] == ["-"] * len(rows[3][4:])
    assert table.header[1] == rules_in_words(STUDY)


def test_the_figure_has_a_line_per_comparison_and_none_has_a_number_too_early(scores: StudyScores) -> None:
    figure = questions_forest(study(scores, "1"))
    assert figure is not None
    gains, ratios, slopes = figure.axes
    names = [label.get_text() for label in gains.get_yticklabels()]
    assert names[:4] == [
        *("Q1, N = 20: scl - ce", "Q1, N = 20: scl - scl-placebo", "Q1, N = 20: scl - scl-simcse"),
        "Q1, N = 100: scl, no answer yet",
    ]
    assert [len(axis.collections) for axis in (gains, ratios, slopes)] == [3, 1, 0]
    assert [len(axis.get_xticks()) > 0 for axis in (gains, ratios, slopes)] == [True, True, False], "no numbers, no scale"
