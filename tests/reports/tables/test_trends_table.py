"""Steadiness, interactions and the N that the baseline needs: what each line says."""

from __future__ import annotations

import statistics

import pytest

from benchmark.stats.multiplicity import holm
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


def test_the_ratio_of_spreads_is_that_of_the_arm_over_the_baseline(analysis):
    null, ce = [0.61, 0.60, 0.60, 0.63, 0.60, 0.60], [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    line = next(line for line in lines(spread_table(analysis)) if (line["arm"], line["cell"]) == ("ce-null", "sst2 N = 20"))
    assert line["sd of the arm"] == f"{100 * statistics.stdev(null):.1f}"
    assert line["sd of the baseline"] == f"{100 * statistics.stdev(ce):.1f}"
    assert line["ratio [95 %]"].split(" ")[0] == f"{statistics.stdev(null) / statistics.stdev(ce):.2f}" == "0.56"


def test_the_n_of_the_baseline_is_read_off_between_its_points_in_log_n(analysis):
    """At N = 20 `scl` has 65.0, `ce` 60.67 and at N = 100 70.67: 4.33 of the 10 points between log 20 and log 100."""
    line = next(line for line in lines(matching_table(analysis)) if (line["arm"], line["N of the arm"]) == ("scl", "20"))
    wanted = 20 * 5 ** (4.3333 / 10)
    assert line["N of the baseline for the same score [95 %]"].split(" ")[0] == f"{wanted:.0f}" == "40"
    assert line["times as many"].split(" ")[0] == f"{wanted / 20:.2f}" == "2.01"


def test_a_gain_that_rises_with_n_has_a_positive_slope_and_is_counted(tmp_path, filled):
    base = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    rises = [0.02, 0.03, -0.01, 0.02, -0.01, 0.03]  # of the gain from N = 20 to N = 200, by split: four up
    cells = {
        ("sst2", "20", ""): {"ce": base, "scl": [b + 0.05 for b in base]},
        ("sst2", "200", ""): {"ce": base, "scl": [b + 0.05 + rise for b, rise in zip(base, rises, strict=True)]},
    }
    (block,) = read_results(filled(tmp_path, cells)).blocks
    (line,) = lines(slopes_table(analyse(block)))
    assert line["splits with a rising gain"] == "4 of 6"
    assert line["slope of the gain [95 %]"].split(" ")[0] == f"+{100 * statistics.mean(rises):.1f}" == "+1.3"  # log10 N rises by 1


def test_steadiness_shows_both_tests_and_what_they_could_have_found(analysis):
    line = lines(spread_table(analysis))[0]
    assert (line["arm"], line["pairs"]) == ("ce-null", "6")
    assert float(line["p by swapping"]) * 64 == pytest.approx(round(float(line["p by swapping"]) * 64), abs=0.05)  # of 2^6 patterns
    assert float(line["smallest detectable ratio"]) > 1


def test_the_noise_floor_is_a_row_of_the_matching_table_too(analysis):
    assert {line["arm"] for line in lines(matching_table(analysis))} == {"ce-null", "scl"}


@pytest.mark.parametrize(("pairs", "said"), [(6, False), (5, True)])
def test_the_test_by_swapping_says_when_its_pairs_cannot_reach_the_level(tmp_path, filled, pairs, said):
    """2 of the 2^n patterns are always as far: 2 / 2^5 is above .05, 2 / 2^6 below."""
    arms = {"ce": [0.60, 0.62, 0.58, 0.64, 0.61, 0.59][:pairs], "scl": [0.65, 0.66, 0.63, 0.69, 0.67, 0.62][:pairs]}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): arms})).blocks
    text = " ".join([*(table := spread_table(analyse(block))).header, *table.footnotes])
    assert ("The test by swapping cannot reach .05 with fewer than 6 pairs (5 pairs: smallest p 0.062)" in text) == said


def test_slopes_spreads_and_matching_numbers_are_corrected_within_their_table(analysis):
    for make, name in ((slopes_table, "p"), (spread_table, "p by swapping"), (matching_table, "p, other than the same N")):
        table = make(analysis)
        rows = lines(table)
        mine = [line for line in rows if line["arm"] == "scl"]
        held = "Holm p by swapping" if name == "p by swapping" else "Holm p"
        wanted = holm({str(i): float(line[name]) for i, line in enumerate(mine)}).adjusted
        for i, line in enumerate(mine):
            assert float(line[held]) == pytest.approx(wanted[str(i)], abs=0.0006 * len(mine))
        assert {line[held] for line in rows if line["arm"] == "ce-null"} == {"-"}
        assert f"paper scl: Holm over {len(mine)}" in table.header[0]


BENT = {"20": 0.00, "50": 0.10, "100": 0.00}


def test_a_straight_line_that_is_no_fit_is_said_to_be_none(tmp_path, filled):
    base = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    cells = {
        ("sst2", n, ""): {"ce": base, "scl": [b + gain + 0.005 * ((3 * i + int(n)) % 4) for i, b in enumerate(base)]}
        for n, gain in BENT.items()
    }
    (block,) = read_results(filled(tmp_path, cells)).blocks
    (line,) = lines(slopes_table(analyse(block)))
    assert line["straight line"].startswith("the straight line in log N is not a fit here; largest departure +")
    assert line["straight line"].endswith("points at N = 50")
    assert line["p, lack of fit"] == "< 0.0001" or float(line["p, lack of fit"]) < 0.05


def test_two_points_have_no_check(analysis):
    assert {line["straight line"] for line in lines(slopes_table(analysis)) if line["over"] == "log10 N"} == {"two points: no check"}
