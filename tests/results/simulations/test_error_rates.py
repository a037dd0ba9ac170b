"""A small run of the committed simulation: seeded, with room for so few repeats. The full one stands in results/simulations."""

import json

import pytest

from results.simulations import scenarios as rows
from results.simulations.batch_scenarios import batch_scenarios
from results.simulations.error_rates import Rate, main, markdown, measure
from results.simulations.scenarios import NO_CLAIM, scenarios

FEW = 200
ALL = list(enumerate(scenarios()))


def named(group, start):
    return next((number, row) for number, row in ALL if row.group == group and row.name.startswith(start))


@pytest.mark.parametrize(
    ("group", "start"),
    [
        (rows.PAIRS, "10 splits, correlation 0.5"),
        (rows.PAIRS, "20 splits, scores rounded"),
        (rows.PAIRS, "10 splits x 5 seeds, a fifth"),
        (rows.PAIRS, "10 splits, both arms collapse"),
        (rows.PAIRS, "N = 30% of the pool, 10 splits"),
        (rows.TASK, "5 splits"),
        (rows.FAMILY, "6 cells, 10 splits"),
        (rows.SPREAD, "10 pairs, swapped pairs"),
        (rows.REPRODUCED, "10 pairs against 10 published, published gain 0.3"),
        (rows.REPRODUCED, "30 pairs against an exact gain of 0.3"),
        (rows.REFUSED, "10 pairs against 10 published, published gain 2"),
        (rows.DIRECTION, "10 pairs"),
        (rows.ZERO, "10 pairs"),
    ],
)
def test_promises_are_held(group, start):
    number, row = named(group, start)
    found = measure(row, FEW, number)
    assert found.held, found


@pytest.mark.parametrize(
    ("group", "start"), [(rows.PAIRS, "N = 30% of the pool, plain"), (rows.SPREAD, "20 pairs that collapse at 10 %, Pitman")]
)
def test_the_simulation_sees_a_procedure_that_errs(group, start):
    number, row = named(group, start)
    assert row.allowed == NO_CLAIM
    assert measure(row, FEW * row.cost, number).rate > 0.12


def test_every_promise_of_the_issue_is_a_row():
    groups = {row.group for _, row in ALL}
    assert groups == {rows.PAIRS, rows.TASK, rows.FAMILY, rows.SPREAD, rows.REPRODUCED, rows.REFUSED, rows.DIRECTION, rows.ZERO}
    assert all(row.allowed[1] <= 0.06 or row.allowed == NO_CLAIM for _, row in ALL)
    assert len({(row.group, row.name) for _, row in ALL}) == len(ALL)


def test_a_broken_promise_is_seen_and_printed():
    number, row = named(rows.PAIRS, "N = 30% of the pool, plain")
    broken = measure(type(row)(row.group, row.name, row.run, (0.0, 0.06)), FEW, number)
    assert not broken.held
    assert "| **no** |" in markdown([broken])


def test_same_place_same_numbers():
    number, row = named(rows.PAIRS, "10 splits, correlation 0.5")
    assert measure(row, 50, number) == measure(row, 50, number)


def test_markdown_holds_every_row():
    rates = [Rate("g", f"case {i}", 100, 0.05, 0.02, (0.0, 0.06), True) for i in range(3)]
    assert [f"case {i}" in markdown(rates) for i in range(3)] == [True] * 3


@pytest.mark.slow
def test_the_script_writes_both_files(tmp_path):
    main(["--repeats", "20", "--out", str(tmp_path)])
    rates = json.loads((tmp_path / "error_rates.json").read_text())
    assert len(rates) == len(ALL) + len(batch_scenarios())
    assert (tmp_path / "error_rates.md").read_text().count("\n| ") >= len(rates)
