"""The effect of a treatment against one arm: what a slope rests on. The other estimands are tested by their answers (test_conclusions)."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from benchmark.config.toml_files import load_analysis
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.effects import AgainstArm, Design, compared
from reports.results.study_scores import ArmPlace

STUDY = load_analysis("study")
Q5 = next(one for one in STUDY.questions if one.name == "Q5")
Scores = dict[ArmPlace, ArmRuns]


@pytest.fixture
def scores() -> Scores:
    """Five runs of both arms of Q5 on each task with each encoder."""
    rng, found = np.random.default_rng(7), {}
    for encoder in Q5.layers:
        for task in STUDY.tasks_of(Q5):
            for arm in ("ce", "scl"):
                values = 0.6 + 0.02 * rng.standard_normal(5)
                runs = {(i, i): Run(value, "done", False) for i, value in enumerate(values)}
                found[ArmPlace(encoder, task, "20", arm)] = ArmRuns(arm, runs)
    return found


def slope(scores: Scores) -> AgainstArm:
    found = compared(Design(STUDY, Q5, "scl", "20", scores), "ce")
    assert found is not None
    return found


def expected(scores: Scores, encoder: str, without: dict[str, int]) -> float:
    """Mean over tasks of the mean gain in points, without one run of a task."""
    means = []
    for task in STUDY.tasks_of(Q5):
        scl, ce = (scores[ArmPlace(encoder, task, "20", arm)].runs for arm in ("scl", "ce"))
        means.append(fmean(100 * (scl[i, i].value - ce[i, i].value) for i in range(5) if i != without.get(task)))
    return fmean(means)


def test_levels_are_the_mean_gains_with_each_encoder_and_the_slope_is_theirs(scores: Scores) -> None:
    found = slope(scores)
    levels = {layers: expected(scores, encoder, {}) for encoder, layers in Q5.layers.items()}
    assert found.levels == pytest.approx(levels)
    assert found.fixed.value == pytest.approx(np.polyfit(list(levels), list(levels.values()), 1)[0])


def test_a_run_that_is_lost_with_one_encoder_takes_its_unit_from_every_level(scores: Scores) -> None:
    place = next(place for place in scores if place.arm == "scl" and place.encoder.endswith("reinit4") and place.task == "sst2")
    lost = scores[place].runs[0, 0]._replace(status="failed")
    found = slope(scores | {place: replace(scores[place], runs={**scores[place].runs, (0, 0): lost})})
    assert found.levels == pytest.approx({layers: expected(scores, encoder, {"sst2": 0}) for encoder, layers in Q5.layers.items()})


def test_without_one_of_the_encoders_there_is_no_slope(scores: Scores) -> None:
    fewer = {place: runs for place, runs in scores.items() if not place.encoder.endswith("reinit4")}
    assert compared(Design(STUDY, Q5, "scl", "20", fewer), "ce") is None
