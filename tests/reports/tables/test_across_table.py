"""Aggregates over tasks are over one set of cells, and say which."""

from __future__ import annotations

from reports.analysis.analysis import analyse
from reports.results.blocks import read_results
from reports.tables.across_table import across_table, complete, levels

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
