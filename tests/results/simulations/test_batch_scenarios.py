"""The rows on looks, tasks, trends, skew and verdicts: a small run, and the vectorised looks against the engine's own rule."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.cell import Cell
from benchmark.config.suite import Arm
from benchmark.planning.adaptive.interim_analysis import InterimAnalysis
from results.simulations import batch_scenarios as rows
from results.simulations.batch_procedures import RULE, stopped
from results.simulations.error_rates import main, measure
from results.simulations.scenarios import NO_CLAIM, scenarios

ALL = list(enumerate([*scenarios(), *rows.batch_scenarios()]))


def named(group: str, start: str = "") -> tuple[int, rows.Scenario]:
    return next((number, row) for number, row in ALL if row.group == group and row.name.startswith(start))


def test_vectorised_looks_are_those_of_the_engine() -> None:
    """One suite of six comparisons after the other, through `InterimAnalysis`."""
    drawn = np.random.default_rng(4).standard_normal((12, 6, 50)) + np.array([0, 0, 0, 0.4, 0.8, 1.5])[:, None]
    found = stopped(drawn)
    for suite, crossed, seeds in zip(drawn, found.crossed, found.seeds, strict=True):
        cells = [Cell(f"task{i}", "20") for i in range(6)]
        course = InterimAnalysis({cell: [Arm(name="ce", method="ce"), Arm(name="scl", method="scl")] for cell in cells}, "ce")
        for look in RULE.looks:
            differences = {(cell, "scl"): dict(enumerate(row.tolist())) for cell, row in zip(cells, suite, strict=True)}
            going = {place: differences[place] for place in course.going_on}
            shares = 6 - sum(looks[-1].why == "crossed" for looks in course.taken.values() if looks)
            for place, one in course._looked(going, look, shares).items():
                course.taken[place].append(one)
        last = [looks[-1] for looks in course.taken.values()]
        assert [one.why == "crossed" for one in last] == crossed.tolist()
        assert [one.seeds for one in last] == seeds.tolist()


@pytest.mark.parametrize(
    ("group", "start", "repeats"),
    [
        (rows.LOOKS, "1 comparison", 2000),
        (rows.LOOKS, "10 comparisons, futility overruled", 400),
        (rows.LOOKS_INTERVAL, "effect of 0.6 sd", 2000),
        (rows.SKEW, "10 pairs, log-normal tail (sigma 1), spread 3 to 1", 600),
        (rows.ACROSS, "on these 8 tasks, which differ", 200),
        (rows.ACROSS, "on a new task, from 8 tasks that differ by 3", 100),
        (rows.ACROSS_MARGIN, "", 200),
        (rows.SLOPE, "4 numbers of labels, 10 splits", 300),
        (rows.LINE, "4 numbers of labels, 10 splits", 300),
        (rows.MATCHING, "10 splits, p", 300),
        (rows.CONCEPTUAL_EXAMPLES, "10 splits x 400", 100),
    ],
)
def test_promises_are_held(group: str, start: str, repeats: int) -> None:
    number, row = named(group, start)
    found = measure(row, repeats * row.cost, number)
    assert row.allowed != NO_CLAIM
    assert found.held, found


@pytest.mark.parametrize(
    ("group", "start"),
    [(rows.LOOKS, "four looks at 5 %"), (rows.SKEW, "10 pairs, log-normal tail (sigma 1), spread 3 to 1; findings")],
)
def test_the_simulation_sees_a_procedure_that_errs(group: str, start: str) -> None:
    number, row = named(group, start)
    assert row.allowed == NO_CLAIM
    assert measure(row, 1500 * row.cost, number).rate > 0.08


def test_futility_saves_seeds_where_there_is_no_effect_and_costs_little_power() -> None:
    number, row = named(rows.LOOKS_POWER, "10 comparisons, no effect")
    assert measure(row, 1000 * row.cost, number).means["seeds"] < 30
    number, row = named(rows.LOOKS_POWER, "10 comparisons, the planned effect")
    assert measure(row, 1000 * row.cost, number).rate == pytest.approx(0.76, abs=0.05)  # planned .8 for normal scores


def test_rows_have_names_of_their_own_and_promise_at_most_six_percent() -> None:
    assert len({(row.group, row.name) for _, row in ALL}) == len(ALL)
    assert all(row.allowed[1] <= 0.06 or row.allowed == NO_CLAIM for _, row in ALL)


def test_a_part_can_be_measured_alone_and_the_rest_later(tmp_path: Path) -> None:
    main(["--repeats", "40", "--only", "smallest effect", "--out", str(tmp_path)])
    first = json.loads((tmp_path / "error_rates.json").read_text())
    assert {row["group"] for row in first} == {rows.ACROSS_MARGIN}
    main(["--repeats", "60", "--only", "straight line", "--out", str(tmp_path)])
    both = json.loads((tmp_path / "error_rates.json").read_text())
    assert [row for row in both if row["group"] == rows.ACROSS_MARGIN] == first
    assert {row["group"] for row in both} == {rows.ACROSS_MARGIN, rows.LINE}
    main(["--repeats", "80", "--only", "straight line", "--rest", "--out", str(tmp_path)])
    assert json.loads((tmp_path / "error_rates.json").read_text()) == both
