"""Which cells our suites plan and which the results fill."""

from __future__ import annotations

import pandas as pd
import pytest

from reports.published import load_table
from reports.published.coverage import filled, place, planned, summary


def frame_of(*rows):
    return pd.DataFrame(rows, columns=["variant", "task", "shots", "noise_kind", "noise_level", "status"])


@pytest.mark.parametrize(
    ("key", "count"), [("scl/few-shot", 18), ("scl/noise", 30), ("scl/batch", 0), ("scl/full", 12), ("three-phase/ablation", 35)]
)
def test_cells_that_a_suite_plans(key, count):
    assert planned(load_table(key)) == count


def test_averages_and_cited_cells_have_no_place():
    assert place(load_table("scl/noise").cell("MNLI CE", "Average")) is None
    assert place(load_table("three-phase/accuracy").cell("RoBERTa-base SST2", "EFL")) is None
    assert place(load_table("scl/noise").cell("MNLI CE", "T=0.3")) == ("ce", "mnli", "100", "back-translation", 0.3)


def test_only_finished_runs_of_the_very_cell_fill_it():
    frame = frame_of(
        ("ce", "sst2", "20", "", None, "done"),
        ("scl", "sst2", "20", None, None, "done"),
        ("scl", "sst2", "20", None, None, "done"),
        ("scl", "qnli", "20", "", None, "failed"),
        ("ce", "mnli", "20", "label-flip", 0.1, "done"),
        ("cat", "sst2", "20", "", None, "done"),
    )
    assert filled(load_table("scl/few-shot"), frame) == 2
    assert "suite glue-fewshot plans 18 of them, the results fill 2" in summary(load_table("scl/few-shot"), frame)


def test_noise_cells_need_their_own_level():
    frame = frame_of(("ce", "sst2", "100", "back-translation", 0.5, "done"), ("ce", "sst2", "100", "", None, "done"))
    assert filled(load_table("scl/noise"), frame) == 2
