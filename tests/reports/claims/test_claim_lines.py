"""Reported, ours, others: each line from its own source."""

from __future__ import annotations

import pytest

from reports.analysis.analysis import analyse
from reports.claims.claim_lines import claim_lines
from reports.claims.claims_figure import claims_figure
from reports.claims.claims_table import claims_table
from reports.results.blocks import read_results

CE, SCL = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59], [0.65, 0.66, 0.63, 0.67, 0.67, 0.62]


@pytest.fixture
def analysis(tmp_path, filled):
    cells = {("sst2", "20", ""): {"ce": CE, "scl": SCL}, ("sst2", "100", "label-flip:0.2"): {"ce": CE, "scl": SCL}}
    (block,) = read_results(filled(tmp_path, cells)).blocks
    return analyse(block)


def test_the_triple_of_scl_on_sst2(analysis):
    lines = {(line.source, line.shots, line.model): line for line in claim_lines(analysis)}
    assert {line.task for line in lines.values()} == {"sst2"}
    assert lines["reported", "20", "RoBERTa-Large"].gain == pytest.approx(2.2)
    assert lines["reported", "all", "RoBERTa-Large"].gain == pytest.approx(1.2)
    assert lines["others", "all", "RoBERTa-base"].gain == pytest.approx(-0.44)
    assert lines["others", "10%", "BERT-base"].where == "dualcl/accuracy"
    ours = lines["ours", "20", "all-minilm-l6-v2"]
    assert ours.gain == pytest.approx(100 * (sum(SCL) - sum(CE)) / 6)
    assert ours.low < ours.gain < ours.high
    assert [line.shots for line in claim_lines(analysis) if line.source == "ours"] == ["20"]  # noisy labels are no cell of the claim


def test_the_lines_are_in_the_order_of_labels_and_sources(analysis):
    lines = claim_lines(analysis)
    assert [line.order for line in lines] == sorted(line.order for line in lines)
    assert [line.source for line in lines if line.shots == "20"] == ["reported", "ours"]


def test_table_and_figure_hold_every_line(analysis):
    table, figure = claims_table(analysis), claims_figure(analysis)
    assert len(table.rows) == len(claim_lines(analysis))
    assert sum(len(points.get_offsets()) for points in figure.axes[0].collections) == len(table.rows)
    assert any("is no test" in line for line in table.header)


def test_a_claim_is_told_in_one_metric(tmp_path, filled):
    """The tables of the three phases print accuracy, precision, recall and F1 of SST-2; ours are accuracies."""
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "three-phase": SCL}})).blocks
    lines = claim_lines(analyse(block))
    assert {line.metric for line in lines} == {"accuracy"}
    assert sorted(line.gain for line in lines if line.source == "reported") == pytest.approx([4.79, 5.68])


def test_stand_in_data_says_nothing_about_a_claim(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "scl": SCL}}, task_source="embedded")).blocks
    assert block.stand_in
    assert claim_lines(analyse(block)) == []


def test_an_arm_without_a_published_gain_has_no_claim(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "probe": SCL}})).blocks
    assert claim_lines(analyse(block)) == []
    assert claims_table(analyse(block)) is claims_figure(analyse(block)) is None
