"""Steadiness, interactions and the N that the baseline needs: what each line says."""

from __future__ import annotations

import pytest

from reports.analysis.analysis import analyse
from reports.results.blocks import read_results
from reports.tables.trends_table import matching_table, slopes_table, spread_table


@pytest.fixture
def analysis(grid):
    (block,) = read_results(grid).blocks
    return analyse(block)


def lines(table):
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.grid()]


def test_steadiness_shows_both_tests_and_what_they_could_have_found(analysis):
    line = lines(spread_table(analysis))[0]
    assert (line["arm"], line["pairs"]) == ("ce-null", "6")
    assert float(line["p by swapping"]) * 64 == pytest.approx(round(float(line["p by swapping"]) * 64), abs=0.05)  # of 2^6 patterns
    assert float(line["smallest detectable ratio"]) > 1


def test_a_slope_says_how_many_splits_rise_and_what_could_have_been_found(analysis):
    found = {(line["arm"], line["over"]): line for line in lines(slopes_table(analysis))}
    assert found["scl", "log10 N"]["splits with a rising gain"].endswith(" of 6")
    assert "smallest detectable" in found["scl", "log10 N"]


def test_the_noise_floor_is_a_row_of_the_matching_table_too(analysis):
    assert {line["arm"] for line in lines(matching_table(analysis))} == {"ce-null", "scl"}
