"""The post-hoc tables of a block, and the figure beside them."""

from __future__ import annotations

import pytest

from reports.analysis.analysis import analyse
from reports.analysis.contents import contents
from reports.post_hoc.inflation_curve import curves, inflation_curve
from reports.post_hoc.post_hoc_tables import post_hoc_tables
from reports.post_hoc.selection_effects import paired_scores
from reports.results.blocks import read_results

CE, SCL = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59], [0.65, 0.66, 0.63, 0.67, 0.67, 0.62]


@pytest.fixture
def block(tmp_path, filled):
    (found,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "scl": SCL}})).blocks
    return found


def tables(block):
    return {table.name.partition(".")[0]: table for table in post_hoc_tables(block, analyse(block))}


def test_the_report_holds_them(block):
    names = {table.name.partition(".")[0] for table in contents(block).tables}
    assert {"selection-inflation", "selection", "ensembles", "claims"} <= names
    pictures = {picture.name.partition(".")[0] for picture in contents(block).pictures}
    assert {"selection-inflation", "claims"} <= pictures


def test_selection_by_test_score_is_said_to_inflate(block):
    for name in ("selection-inflation", "selection"):
        assert any("selecting by the test score is what inflates" in note for note in tables(block)[name].footnotes)


def test_the_summary_row_of_a_practice(block):
    """The stored development scores are the test scores here, so that both guides select the same runs. Best of 5 of 6 sorted runs:
    the largest in 5 of 6 subsets, the second in one; CE 64 and 62, SCL 67 and 67."""
    rows = {row[0]: row for row in tables(block)["selection-inflation"].grid()}
    assert rows["best of 5 by test score"][1:] == rows["best of 5 by development score"][1:]
    lift_ce, lift_scl = 64 * 5 / 6 + 62 / 6 - 60.667, 67 - 65
    expected = (f"+{(lift_ce + lift_scl) / 2:.1f}", f"+{max(lift_ce, lift_scl):.1f}")
    assert rows["best of 5 by test score"][2:4] == expected
    assert rows["best of 5 by test score"][-3:] == ("1", "1", "1")
    assert "top 3 of 10 by test score" not in rows


def test_runs_without_development_scores_say_so(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": CE}}, dev_metrics={})).blocks
    assert any("keep no development scores" in note for note in tables(block)["selection-inflation"].footnotes)
    assert inflation_curve(block) is None


def test_two_runs_fill_no_table(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7], "scl": [0.6, 0.7]}})).blocks
    assert tables(block) == {}


def test_the_curve_starts_at_zero_and_ends_at_the_best_run(block):
    by_test, by_dev = curves(list(paired_scores(block, None)))
    assert by_test[0] == pytest.approx(0)
    assert by_test[-1] == pytest.approx((64 + 67 - sum(map(sum, (CE, SCL))) * 100 / 6) / 2, abs=1e-6)
    assert by_dev == pytest.approx(by_test)
    assert len(inflation_curve(block).axes[0].lines) == 3


def test_stand_in_data_and_failed_runs_are_marked(tmp_path, filled):
    arms = {"ce": [*CE, float("nan")], "scl": SCL}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): arms}, task_source="embedded")).blocks
    for name in ("selection", "ensembles"):
        found = {row[0]: " ".join(row) for row in tables(block)[name].grid()}
        assert "[s,x]" in found["ce"]
        assert "[s]" in found["scl"]
    assert all(any("STAND-IN" in line for line in table.header) for table in tables(block).values())
