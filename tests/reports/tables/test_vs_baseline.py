"""Arms against the baseline: every printed number of a comparison against scipy and plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reports.analysis.analysis import analyse
from reports.results.blocks import read_results
from reports.tables.table import MINUS
from reports.tables.vs_baseline import differences_table, statistics_table

CE = np.array([0.60, 0.62, 0.58, 0.64, 0.61, 0.59])
SCL = CE + np.array([0.05, 0.04, 0.00, -0.02, 0.06, 0.03])  # four won, one tied, one lost


@pytest.fixture
def analysis(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": list(CE), "scl": list(SCL)}})).blocks
    return analyse(block)


def points(value):
    """A difference of accuracies as it is printed."""
    return f"{MINUS if value < 0 else '+'}{100 * abs(value):.1f}"


def test_the_line_of_a_comparison_has_the_numbers_of_the_paired_t_test(analysis):
    table = statistics_table(analysis)
    (row,) = table.rows
    line = {column.name: cell.shown for column, cell in zip(table.columns, row.cells, strict=True)}
    test = stats.ttest_rel(SCL, CE)
    low, high = test.confidence_interval()
    assert (line["arm"], line["pairs"]) == ("scl", "6")
    assert [line[name] for name in ("difference", "low", "high")] == [points((SCL - CE).mean()), points(low), points(high)]
    assert line["p"] == line["Holm p"] == f"{test.pvalue:.3f}"
    assert line["won / tied / lost"] == "67 % / 17 % / 17 %"
    assert line["sd of differences"] == f"{100 * (SCL - CE).std(ddof=1):.1f}"


def test_the_grid_has_the_difference_with_its_interval(analysis):
    low, high = stats.ttest_rel(SCL, CE).confidence_interval()
    (row,) = (row for row in differences_table(analysis).rows if not row.foot)
    assert row.cells[0].shown == "scl"
    assert row.cells[1].shown.split(" [k")[0] == f"{points((SCL - CE).mean())} [{points(low)}; {points(high)}]"
