"""Published tables, filled: which of our cells stand beside which printed ones, and what kind of verdict they allow."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest

from reports.analysis.analysis import analyse
from reports.published.filled_table import fill, fillable_tables, find_table
from reports.results.blocks import read_results
from reports.tables.paper_table import paper_table

SELF = {"ce": [0.60, 0.62, 0.58, 0.64, 0.61, 0.59], "scl": [0.65, 0.66, 0.63, 0.67, 0.67, 0.62]}


def filled_table(folder, key="scl/few-shot"):
    (block,) = read_results(folder).blocks
    return fill(find_table(key), block)


def test_a_cell_is_filled_by_arm_task_and_labels(tmp_path, filled):
    found = filled_table(filled(tmp_path, {("sst2", "20", ""): SELF}))
    cell = found.cell("20 CE + SCL", "SST-2")
    assert (cell.ours.mean, cell.ours.n, cell.base.row) == (pytest.approx(65.0), 6, "20 CE")
    assert found.cell("100 CE + SCL", "SST-2").ours is None
    assert found.cell("20 CE + SCL", "QNLI").why == "not in these results"
    assert found.fillable == 2


def test_another_model_is_conceptual_and_never_a_reproduction(tmp_path, filled):
    verdict = filled_table(filled(tmp_path, {("sst2", "20", ""): SELF}, n_test=872)).cell("20 CE + SCL", "SST-2").verdict
    assert verdict.kind == "conceptual"
    assert "reproduced" not in verdict.outcome
    assert verdict.gain.value == pytest.approx(4.3333, abs=0.1)


def test_stand_in_data_gets_no_verdict(tmp_path, filled):
    folder = filled(tmp_path, {("sst2", "20", ""): SELF}, task_source="embedded", profile="embedded")
    assert filled_table(folder).cell("20 CE + SCL", "SST-2").verdict.outcome == "no verdict"


def test_a_baseline_has_no_gain(tmp_path, filled):
    assert filled_table(filled(tmp_path, {("sst2", "20", ""): SELF})).cell("20 CE", "SST-2").verdict is None


def test_noisy_cells_do_not_fill_clean_ones(tmp_path, filled):
    found = filled_table(filled(tmp_path, {("sst2", "20", "label-flip:0.2"): SELF}))
    assert found.fillable == 0


def test_only_tables_of_the_same_suite_are_filled_unasked(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): SELF}, suite="glue-full")).blocks
    assert fillable_tables(block) == []


def test_a_table_of_which_the_baseline_alone_ran_is_not_printed(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": SELF["ce"]}})).blocks
    assert fillable_tables(block) == []
    (both,) = read_results(filled(tmp_path / "both", {("sst2", "20", ""): SELF})).blocks
    assert "scl/few-shot" in [found.table.key for found in fillable_tables(both)]


def test_the_printed_table_keeps_the_papers_order_and_rounding(tmp_path, filled):
    table = paper_table(filled_table(filled(tmp_path, {("sst2", "20", ""): SELF})))
    rows = [row.cells for row in table.rows]
    assert [column.name for column in table.columns] == ["N", "Loss", "what", "SST-2", "QNLI", "MNLI"]
    assert [cell.shown for cell in rows[0]] == ["20", "CE", "theirs", "85.9 ± 2.1", "65.0 ± 2.0", "39.3 ± 2.5"]
    assert [row[2].shown for row in rows][:3] == ["theirs", "ours", "ours − theirs"]
    assert any("top 3 of 10 by validation accuracy" in line for line in table.header)


def test_a_paper_protocol_keeps_the_papers_selection(tmp_path, filled):
    folder = filled(tmp_path, {("sst2", "20", ""): SELF})
    (block,) = read_results(folder).blocks
    found = fill(find_table("scl/few-shot"), replace(block, protocol="paper")).cell("20 CE", "SST-2").ours
    assert (found.n, found.selected) == (3, "top 3 of 6 by development score")
    assert found.mean == pytest.approx(100 * (0.64 + 0.62 + 0.61) / 3)


def paper_block(folder, filled, n_test, arms=SELF):
    """The same runs, as if of the paper's profile, protocol and model."""
    (block,) = read_results(filled(folder, {("sst2", "20", ""): arms}, profile="paper", n_test=n_test)).blocks
    return replace(block, protocol="paper", frame=block.frame.assign(encoder="roberta-large"))


def test_the_papers_own_model_data_and_protocol_make_it_direct(tmp_path, filled):
    """436 of 872: the half of the official validation set that scores in the paper's protocol is the whole test set of that protocol."""
    block = paper_block(tmp_path, filled, 436)
    assert fill(find_table("scl/few-shot"), block).cell("20 CE + SCL", "SST-2").verdict.kind == "direct"
    small = replace(block, frame=block.frame.assign(encoder="roberta-base"))
    assert fill(find_table("scl/few-shot"), small).cell("20 CE + SCL", "SST-2").verdict.kind == "conceptual"


def test_a_cap_below_the_protocols_test_set_blocks_the_verdict(tmp_path, filled):
    block = paper_block(tmp_path, filled, 400)
    assert fill(find_table("scl/few-shot"), block).cell("20 CE + SCL", "SST-2").verdict.outcome == "no verdict"
    (honest,) = read_results(filled(tmp_path / "honest", {("sst2", "20", ""): SELF}, n_test=436)).blocks
    assert fill(find_table("scl/few-shot"), honest).cell("20 CE + SCL", "SST-2").verdict.outcome == "no verdict"


def test_forty_pairs_in_the_papers_own_setting_reach_reproduced(tmp_path, filled):
    """From a results folder on: published 85.9 and 88.1 (top 3 of 10 by development score), ours with the same gain and little spread."""
    right = [374 + seed % 3 for seed in range(40)]  # of 436
    arms = {"ce": [n / 436 for n in right], "scl": [(n + 9 + seed % 2) / 436 for seed, n in enumerate(right)]}
    found = fill(find_table("scl/few-shot"), paper_block(tmp_path, filled, 436, arms)).cell("20 CE + SCL", "SST-2").verdict
    assert (found.kind, found.outcome) == ("direct", "reproduced")


def test_a_verdict_and_the_report_s_own_family_have_one_conclusion(tmp_path, filled):
    """Told from zero alone, and not after the correction over the report's family: then not in the verdict either."""
    gains = [0.03, 0.00, 0.04, -0.005, 0.035, 0.02]
    ce = SELF["ce"]
    cells = {("sst2", "20", ""): {"ce": ce, "scl": [a + b for a, b in zip(ce, gains, strict=True)]}}
    (block,) = read_results(filled(tmp_path, cells, n_test=872)).blocks
    alone = fill(find_table("scl/few-shot"), block).cell("20 CE + SCL", "SST-2").verdict
    none = {"ce": ce, "scl": [a + 0.001 * i * (-1) ** i for i, a in enumerate(ce)]}
    (block,) = read_results(filled(tmp_path / "more", {**cells, ("trec", "20", ""): none, ("subj", "20", ""): none}, n_test=872)).blocks
    together = fill(find_table("scl/few-shot"), block, analyse(block)).cell("20 CE + SCL", "SST-2").verdict
    assert alone.p == together.p
    assert analyse(block).adjusted(("scl", next(cell for cell in block.cells if cell.task == "sst2"))) > 0.05
    assert together.outcome == "undecided"


def test_a_mean_is_the_same_number_in_every_table(tmp_path, filled):
    """Scaled before averaging, two equal means were printed as 56.6 and 56.7."""
    scores = [0.55, 0.555, 0.575]
    ours = filled_table(filled(tmp_path, {("sst2", "20", ""): {"ce": scores, "scl": scores}})).cell("20 CE", "SST-2").ours
    assert ours.mean == 100 * statistics.fmean(scores) != statistics.fmean(100 * score for score in scores)


@pytest.mark.parametrize(("rows", "blocked"), [(10_000, False), (150, True)])
def test_a_partial_pool_of_ten_times_n_does_not_block_a_few_shot_verdict(tmp_path, filled, with_pool, rows, blocked):
    (block,) = read_results(with_pool(filled(tmp_path, {("sst2", "20", ""): SELF}, n_test=872), rows)).blocks
    block = replace(block, frame=block.frame.assign(partial="train"))
    outcome = fill(find_table("scl/few-shot"), block).cell("20 CE + SCL", "SST-2").verdict.outcome
    assert (outcome == "no verdict") == blocked


def test_a_partial_test_set_blocks_the_verdict(tmp_path, filled, with_pool):
    (block,) = read_results(with_pool(filled(tmp_path, {("sst2", "20", ""): SELF}), 10_000)).blocks
    block = replace(block, frame=block.frame.assign(partial="train+test"))
    assert fill(find_table("scl/few-shot"), block).cell("20 CE + SCL", "SST-2").verdict.outcome == "no verdict"


def test_the_pool_is_what_the_records_tell(tmp_path, filled, with_pool):
    (block,) = read_results(with_pool(filled(tmp_path, {("sst2", "20", ""): SELF}), 10_000)).blocks
    assert block.pool_size(block.cells[0]) == 10_000


def rows_of(table, row):
    return {line.name.partition(" | ")[2]: line.cells[3].shown for line in table.rows if line.name.startswith(row + " | ")}


def test_every_row_says_how_many_runs_what_they_cost_and_how_far_the_baseline_is_from_itself(tmp_path, filled):
    null = [0.61, 0.60, 0.60, 0.63, 0.60, 0.60]
    table = paper_table(filled_table(filled(tmp_path, {("sst2", "20", ""): {**SELF, "ce-null": null}})))
    base, method = rows_of(table, "20 CE"), rows_of(table, "20 CE + SCL")
    assert (base["runs: theirs / ours"], base["ours, seconds per run"]) == ("3 / 6", "12.0")
    assert base["noise floor, ours [95 %]"].startswith("0.0 [")
    assert "noise floor, ours [95 %]" not in method
    assert any(line.startswith("Smallest gain that our runs would have found") for line in table.footnotes)


def test_stand_ins_and_partial_data_are_marked_at_our_number(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): SELF}, task_source="embedded", profile="embedded")).blocks
    block = replace(block, frame=block.frame.assign(partial="train"))
    assert rows_of(paper_table(fill(find_table("scl/few-shot"), block)), "20 CE")["ours"].endswith("[p,s]")
