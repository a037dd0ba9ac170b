"""Aggregates over tasks are over one set of cells, and say which."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reports.analysis.analysis import analyse
from reports.analysis.headlines import headlines
from reports.results.blocks import read_results
from reports.tables.across_table import across_table, complete, levels
from reports.tables.trends_table import matching_table, slopes_table, spread_table
from reports.tables.vs_baseline import p_value, statistics_table

ARMS = {"ce": [0.60, 0.62, 0.58], "ce-null": [0.61, 0.60, 0.60], "scl": [0.65, 0.66, 0.63]}
NONE = [None, None, None]


def made(folder, filled, **tasks):
    (block,) = read_results(filled(folder, {(task, "20", ""): arms for task, arms in tasks.items()})).blocks
    return block


def kept(block):
    arms, cells = complete(block, levels(block)[0])
    return arms, [cell.task for cell in cells]


def test_a_task_that_has_only_begun_does_not_take_the_others_away(tmp_path, filled):
    begun = {"ce": [0.60, None, None], "ce-null": NONE, "scl": NONE}
    block = made(tmp_path, filled, sst2=ARMS, trec=ARMS, mnli=begun)
    assert kept(block) == (["ce", "ce-null", "scl"], ["sst2", "trec"])
    assert "left out: mnli" in across_table(analyse(block)).footnotes[0]


def test_an_arm_that_has_only_begun_does_not_take_the_tasks_away(tmp_path, filled):
    begun = ARMS | {"cat": [0.7, 0.7, 0.7]}
    block = made(tmp_path, filled, sst2=begun, trec=ARMS | {"cat": NONE}, qnli=ARMS | {"cat": NONE})
    assert kept(block) == (["ce", "ce-null", "scl"], ["qnli", "sst2", "trec"])
    assert "left out: cat" in across_table(analyse(block)).footnotes[0]


def test_the_inter_quartile_mean_says_how_it_weighs(tmp_path, filled):
    header = " ".join(across_table(analyse(made(tmp_path, filled, sst2=ARMS, trec=ARMS))).header)
    assert "tasks with extreme scores weigh less and tasks with more runs more" in header


def test_tasks_on_which_an_arm_is_worse_are_counted_too(tmp_path, filled):
    """Partial conjunction told on how many tasks an arm is better, and nothing where it is worse on all."""
    up = [0.70, 0.72, 0.71, 0.73, 0.70, 0.72]
    down = [0.60, 0.61, 0.60, 0.63, 0.59, 0.61]
    cells = {(task, "20", ""): {"ce": up, "scl": down, "cat": up[::-1]} for task in ("sst2", "trec", "subj")}
    (block,) = read_results(filled(tmp_path, cells)).blocks
    table = across_table(analyse(block))
    row = next(row for row in table.rows if row.cells[1].shown == "scl")
    assert row.cells[[column.name for column in table.columns].index("better on at least")].shown == "0 of 3; worse on 3"


def row_of(table, arm):
    names = [column.name for column in table.columns]
    return dict(zip(names, next(row for row in table.grid() if row[1] == arm), strict=True))


UP = [0.70, 0.72, 0.71, 0.73, 0.70, 0.72]
GAINS = {
    "sst2": [0.05, 0.04, 0.05, 0.03, 0.06, 0.03],
    "trec": [0.02, 0.03, 0.02, 0.04, 0.02, 0.03],
    "subj": [0.01, 0.0, 0.01, 0.02, 0.0, 0.01],
}


def three_tasks(folder, filled, **more):
    tasks = {task: {"ce": UP, "scl": [a + b for a, b in zip(UP, gain, strict=True)]} for task, gain in GAINS.items()}
    (block,) = read_results(filled(folder, {(task, "20", ""): arms for task, arms in tasks.items()}, **more)).blocks
    return analyse(block)


def test_one_answer_per_arm_with_tasks_fixed_and_with_tasks_as_a_sample(tmp_path, filled):
    """Both in plain loops: the stratified mean, and the mean over tasks whose spread is more than that of their splits."""
    row = row_of(across_table(three_tasks(tmp_path, filled)), "scl")
    means = [100 * np.mean(gain) for gain in GAINS.values()]
    errors = [100 * np.std(gain, ddof=1) / 6**0.5 for gain in GAINS.values()]
    assert row["gain on these tasks [95 %]"].startswith(f"+{np.mean(means):.1f} [+")
    p = 2 * stats.t.sf(
        np.mean(means) / (sum(e**2 for e in errors) ** 0.5 / 3), sum(e**2 for e in errors) ** 2 / sum(e**4 / 5 for e in errors)
    )
    assert p < 1e-4
    assert row["p"] == "< 0.0001"
    assert row["on"] == "3 tasks, 18 pairs"
    assert float(row["p, new task"]) == pytest.approx(stats.ttest_1samp(means, 0).pvalue, abs=0.03)  # weights differ little here
    low, high = row["range of a new task [95 %]"].split(" to ")
    assert low.startswith("\u2212")
    assert float(high) > max(means)


def test_seeds_that_move_all_tasks_alike_are_seen_beside_the_error_that_leaves_them_out(tmp_path, filled):
    table = across_table(three_tasks(tmp_path, filled))
    gains = np.array(list(GAINS.values()))
    ratio = stats.sem(gains.mean(axis=0)) / (np.sqrt((gains.var(axis=1, ddof=1) / 6).sum()) / 3)
    (said,) = [note for note in table.footnotes if "share their seeds" in note]
    assert f"is {ratio:.2f} (scl) times that of independent tasks; by chance alone 0.41 to 1.60 in 95 % of arms (6 seeds)" in said


def test_the_answer_is_that_of_the_first_screen(tmp_path, filled):
    analysis = three_tasks(tmp_path, filled)
    (one,) = headlines(analysis)
    row = row_of(across_table(analysis), "scl")
    assert row["gain on these tasks [95 %]"] == one.baseline.shown
    assert float(one.p_holm) < 1e-4


def test_a_level_with_one_task_counts_in_the_correction_here_as_on_the_first_screen(tmp_path, filled):
    arms = {"ce": UP, "scl": [0.71, 0.73, 0.70, 0.745, 0.71, 0.73]}
    cells = {("sst2", "20", ""): arms, ("trec", "20", ""): arms, ("sst2", "100", ""): arms}
    (block,) = read_results(filled(tmp_path, cells)).blocks
    analysis = analyse(block)
    row, found = row_of(across_table(analysis), "scl"), {one.level: one for one in headlines(analysis)}
    assert row["Holm p"] == p_value(found["N = 20"].p_holm).text
    assert float(row["Holm p"]) == pytest.approx(2 * float(row["p"]), abs=2e-3)


def test_arms_and_levels_of_a_paper_are_corrected_together_and_the_noise_floor_is_not(tmp_path, filled):
    arms = {"ce": UP, "ce-null": UP[::-1], "scl": [0.71, 0.73, 0.70, 0.745, 0.71, 0.73]}
    cells = {(task, n, ""): arms for task in ("sst2", "trec") for n in ("20", "100")}
    (block,) = read_results(filled(tmp_path, cells)).blocks
    table = across_table(analyse(block))
    scl = row_of(table, "scl")
    assert float(scl["Holm p"]) == pytest.approx(2 * float(scl["p"]), abs=2e-3)
    assert row_of(table, "ce-null")["Holm p"] == "-"
    assert "paper scl: Holm over 2" in table.header[0]


def test_a_declared_smallest_effect_is_tested_from_both_sides(tmp_path, filled):
    row = row_of(across_table(three_tasks(tmp_path, filled, suite="study")), "scl")
    means = [100 * np.mean(gain) for gain in GAINS.values()]
    errors = [100 * np.std(gain, ddof=1) / 6**0.5 for gain in GAINS.values()]
    error, freedom = sum(e**2 for e in errors) ** 0.5 / 3, sum(e**2 for e in errors) ** 2 / sum(e**4 / 5 for e in errors)
    beyond = 2 * stats.t.sf((np.mean(means) - 1) / error, freedom)
    assert beyond < 1e-2
    assert row["beyond 1 point, Holm p"] == p_value(beyond).text
    assert float(row["within 1 point, Holm p"]) > 0.99
    assert not any("beyond" in column.name for column in across_table(three_tasks(tmp_path / "other", filled)).columns)


def test_every_comparison_is_tested_against_a_declared_smallest_effect_too(tmp_path, filled):
    table = statistics_table(three_tasks(tmp_path, filled, suite="study"))
    names = [column.name for column in table.columns]
    rows = {row[1]: dict(zip(names, row, strict=True)) for row in table.grid()}
    gain = 100 * np.array(GAINS["trec"])
    within = [max(stats.ttest_1samp(100 * np.array(g), 1, alternative="less").pvalue, 0.0) for g in GAINS.values()]
    beyond = {task: 2 * stats.ttest_1samp(100 * np.array(g), 1, alternative="greater").pvalue for task, g in GAINS.items()}
    assert np.mean(gain) > 1
    assert rows["sst2 N = 20"]["beyond 1 point, Holm p"] == p_value(3 * beyond["sst2"]).text
    assert rows["subj N = 20"]["within 1 point, Holm p"] == p_value(min(1.0, 3 * min(within))).text


def test_a_cell_at_floor_is_in_no_count_and_no_trend(tmp_path, filled):
    arms = {"ce": UP, "ce-null": UP[::-1], "scl": [0.71, 0.73, 0.70, 0.745, 0.71, 0.73]}
    low = {"ce": [0.5] * 6, "ce-null": [0.49, 0.5] * 3, "scl": [0.505, 0.50, 0.51, 0.50, 0.505, 0.51]}
    cells = {("sst2", "20", ""): arms, ("subj", "20", ""): arms, ("trec", "20", ""): low, ("trec", "100", ""): arms}
    (block,) = read_results(filled(tmp_path, cells)).blocks
    analysis = analyse(block)
    assert [cell.label for cell in block.cells if analysis.floored(cell)] == ["trec N = 20"]
    assert row_of(across_table(analysis), "scl")["better on at least"].endswith("of 2")
    spread = spread_table(analysis)
    assert {row[1] for row in spread.grid()} == {"sst2 N = 20", "subj N = 20", "trec N = 100"}
    assert "paper scl: Holm over 3" in spread.header[0]
    assert slopes_table(analysis) is None  # trec has one point left
    assert matching_table(analysis) is None or {row[2] for row in matching_table(analysis).grid()} == {"100"}


def test_arms_with_other_numbers_of_seeds_have_limits_of_their_own(tmp_path, filled):
    arms = {"ce": UP, "scl": [a + b for a, b in zip(UP, GAINS["sst2"], strict=True)], "cat": [0.75, 0.74, 0.78, 0.75]}
    (block,) = read_results(filled(tmp_path, {(task, "20", ""): arms for task in ("sst2", "trec")})).blocks
    said = [note for note in across_table(analyse(block)).footnotes if "share their seeds" in note]
    assert [note.rpartition("(")[2] for note in said] == ["6 seeds).", "4 seeds)."]
