"""A small run of the committed simulation of the study's procedure; the full one stands in results/simulations."""

from __future__ import annotations

import numpy as np
import pytest

from results.simulations import study_procedure as study
from results.simulations.error_rates import measure
from results.simulations.scenarios import NO_CLAIM

FEW = 40
ALL = list(enumerate(study.scenarios()))


def test_rows_are_the_promises_of_the_issue() -> None:
    groups = {row.group for _, row in ALL}
    assert groups == {study.CREDIT, study.CREDIT_NEW, study.ZERO, study.DENIED, study.OTHERS, study.POWER}
    assert all(row.allowed == study.LIMIT or row.group == study.POWER for _, row in ALL)
    assert len({(row.group, row.name) for _, row in ALL}) == len(ALL)


def test_the_world_is_the_registered_design() -> None:
    question = study.asked("Q1")
    runs = study.drawn(np.random.default_rng(0), question, study.World({"scl": 2.0}))
    assert len(runs) == 8 * 2 * 4
    gains = [
        100 * np.mean([run.value - runs[place._replace(arm="ce")].runs[label].value for label, run in found.runs.items()])
        for place, found in runs.items()
        if place.arm == "scl" and place.shots == "20"
    ]
    assert np.mean(gains) == pytest.approx(2.0, abs=4 * 4 / np.sqrt(160))


@pytest.mark.parametrize("start", ["Q1: no effect", "Q1: the placebo's effect only (2 points)"])
def test_no_effect_is_rarely_credited(start: str) -> None:
    number, row = next((i, row) for i, row in ALL if row.group == study.CREDIT and row.name == start)
    assert measure(row, FEW * row.cost, number).held


def test_an_effect_is_found() -> None:
    number, row = next((i, row) for i, row in ALL if row.group == study.POWER and "2 points" in row.name)
    assert row.allowed == NO_CLAIM
    assert measure(row, FEW * row.cost, number).rate > 0.9
