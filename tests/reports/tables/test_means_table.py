"""The table of means says what each number is."""

from __future__ import annotations

import statistics

import pytest

from benchmark.records.store import RecordStore
from reports.results.blocks import read_results
from reports.tables.means_table import cost_table, means_table, troubles_table


def table_of(folder):
    (block,) = read_results(folder).blocks
    return means_table(block)


def cell(table, arm, column):
    at = [c.name for c in table.columns].index(column)
    return next(row.cells[at] for row in table.rows if row.cells[0].text == arm)


def test_a_cell_is_the_mean_and_the_sample_standard_deviation_of_its_runs(grid):
    found = cell(table_of(grid), "ce", "sst2 N = 20")
    scores = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    assert (found.value, found.spread, found.n) == (pytest.approx(statistics.fmean(scores)), pytest.approx(statistics.stdev(scores)), 6)
    assert found.shown == "60.7 ± 2.2"


def test_baselines_stand_first_and_cells_are_in_the_order_of_their_labels(grid):
    table = table_of(grid)
    assert [row.cells[0].text for row in table.rows] == ["ce", "ce-null", "scl", "majority rate", "test examples"]
    assert [column.name for column in table.columns] == ["arm", "sst2 N = 20", "sst2 N = 100", "trec N = 20"]


def test_the_suite_s_baseline_stands_first_whatever_was_planned_first(tmp_path, filled):
    arms = {"scl": [0.7, 0.72], "probe": [0.5, 0.52], "ce-matched": [0.6, 0.6], "ce": [0.6, 0.62]}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): arms})).blocks
    assert block.arms == ["ce", "probe", "ce-matched", "scl"]


def test_the_majority_rate_is_that_of_the_stored_test_set(grid):
    assert cell(table_of(grid), "majority rate", "sst2 N = 20").value == 0.5


def test_missing_and_failed_runs_are_counted_in_the_cell(tmp_path, filled):
    table = table_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, None, 0.7, float("nan")]}}))
    found = cell(table, "ce", "sst2 N = 20")
    assert found.shown == "65.0 ± 7.1 (2 of 4) [x]"
    assert "1 of 4 planned runs are not there yet; means are over those that are." in table.footnotes
    assert "1 of 4 planned runs failed." in table.footnotes


def test_a_cell_in_which_no_arm_learnt_anything_is_marked(tmp_path, filled):
    low = {"ce": [0.5, 0.51, 0.52], "scl": [0.53, 0.52, 0.5]}
    table = table_of(filled(tmp_path, {("sst2", "20", ""): low, ("sst2", "100", ""): {"ce": [0.6, 0.61, 0.62]}}))
    assert cell(table, "ce", "sst2 N = 20").marks == ("f",)
    assert cell(table, "ce", "sst2 N = 100").marks == ()
    assert cell(table, "scl", "sst2 N = 100").shown == "not planned"


def test_the_header_names_encoder_labels_and_protocol(grid):
    header = " ".join(table_of(grid).header)
    for said in ("profile laptop", "1.2 billion sentence pairs", "Protocol honest", "20 (train) and 20 (development)", "500"):
        assert said in header


def test_stand_in_data_says_so(tmp_path, filled):
    table = table_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7]}}, task_source="embedded", profile="embedded"))
    assert any("STAND-IN" in line for line in table.header)


def test_texts_cut_to_the_length_cap_are_marked_and_counted(tmp_path, filled):
    cells = {("sst2", "20", ""): {"ce": [0.6, 0.7]}}
    table = table_of(filled(tmp_path / "many", cells, truncated={"train": 2, "test": 3}))
    assert cell(table, "ce", "sst2 N = 20").marks == ("l",)
    assert "Texts cut to the length cap: sst2 1.5% of the test set." in table.footnotes
    table = table_of(filled(tmp_path / "none", cells, truncated={"train": 2, "test": 0}))
    assert cell(table, "ce", "sst2 N = 20").marks == ()


def test_cost_is_seconds_and_passes_per_run(grid):
    (block,) = read_results(grid).blocks
    assert cell(cost_table(block), "ce", "sst2 N = 20").shown == "12.0 s (960 + 960)"


def test_a_run_that_was_paused_for_an_hour_does_not_change_the_cost_of_its_arm(tmp_path, filled):
    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7, 0.8]}})
    store = RecordStore(folder)
    paused = next(record for record in store if record.spec.seed == 1)
    store.write(paused.model_copy(update={"phases": (paused.phases[0].model_copy(update={"seconds": 3600.0}),)}))
    (block,) = read_results(folder).blocks
    assert cell(cost_table(block), "ce", "sst2 N = 20").shown == "12.0 s (960 + 960)"


def test_alarms_are_listed_with_their_meaning(tmp_path, filled):
    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": [0.5, 0.5]}}, alarms=("constant predictions",))
    (block,) = read_results(folder).blocks
    shown = [" ".join(row) for row in troubles_table(block).grid()]
    assert any("alarm: constant predictions; every test example got the same class" in line for line in shown)


def test_where_all_is_well_there_is_no_table_of_troubles(grid):
    (block,) = read_results(grid).blocks
    assert troubles_table(block) is None
