"""The table of what every arm costs: ratios cell by cell, failed runs counted, families in their order."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import pytest

from benchmark import load_results

FOLDER = Path(__file__).parents[3] / "results" / "arms"
spec = spec_from_file_location("arms", FOLDER / "arms.py")
assert spec is not None
assert spec.loader is not None
arms = module_from_spec(spec)
spec.loader.exec_module(arms)


def run(arm: str, task: str, seconds: float, status: str = "done", alarms: str = "[]") -> dict[str, object]:
    return {
        "variant": arm,
        "task": task,
        "split_seed": 0,
        "forward_examples": 10 * seconds,
        "backward_examples": 0 if arm == "probe" else 5 * seconds,
    } | {
        "seconds": seconds,
        "status": status,
        "alarms": alarms,
    }


FRAME = pd.DataFrame(
    [
        run("ce", "short", 1.0),
        run("ce", "long", 10.0),
        run("cat", "short", 3.0),
        run("cat", "long", 10.0, alarms='["collapsed"]'),
        run("probe", "short", 0.5),
        run("probe", "long", 0.0, status="failed"),
    ]
)


def test_a_ratio_is_the_mean_over_cells_and_not_the_ratio_of_the_means():
    found = arms.costs(FRAME)
    assert found.loc["cat", "seconds_ratio"] == pytest.approx((3 / 1 + 10 / 10) / 2)
    assert found.loc["cat", "seconds"] == pytest.approx(6.5)
    assert found.loc["ce", "forward_examples_ratio"] == 1


def test_a_failed_run_is_counted_and_has_no_part_in_the_means():
    found = arms.costs(FRAME)
    assert tuple(found.loc["probe", ["runs", "finished", "seconds"]]) == (2, 1, 0.5)
    assert found.loc["cat", "alarms"] == 1


def test_the_table_has_one_line_an_arm_with_its_family():
    lines = arms.table(arms.costs(FRAME), {"ce": "baseline", "cat": "paper", "probe": "baseline"}).splitlines()[-3:]
    assert [line.split(" | ")[:2] for line in lines] == [["| baseline", "ce"], ["| baseline", "probe"], ["| paper", "cat"]]
    assert "| 1 of 2 |" in lines[1]


def test_the_committed_table_is_made_from_the_committed_records():
    frame = load_results(FOLDER)
    families = {arm: arms.methods.entry(arm).family for arm in frame["variant"].unique()}
    assert arms.table(arms.costs(frame), families) == (FOLDER / "arms.md").read_text(encoding="utf-8")
    assert (frame["status"] == "done").all()
    assert frame.groupby("variant").size().eq(4).all()
