"""Task by task: the cells of the large tables, with their n and marks; and the tables of choice, whose unit is what was planned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import SplitSpec
from benchmark.records.store import RecordStore
from reports.analysis.analysis import Analysis, analyse
from reports.results.blocks import read_results
from reports.tables.means_table import means_table
from reports.tables.task_tables import choices, task_tables
from reports.tables.vs_baseline import differences_table

CE = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
SCL = [0.65, 0.66, 0.63, 0.67, 0.67, 0.62]


def of(folder: Path) -> Analysis:
    (block,) = read_results(folder).blocks
    analysis = analyse(block)
    assert analysis is not None
    return analysis


def test_a_cell_is_that_of_the_means_and_of_the_differences(tmp_path: Path, filled: Any) -> None:
    scores = {"ce": CE, "scl": [*SCL[:3], float("nan"), None, SCL[5]]}
    analysis = of(filled(tmp_path, {("sst2", "20", ""): scores}, task_source="embedded"))
    (table,) = task_tables(analysis)
    shown = {row[0]: row[1:] for row in table.grid()}
    means, differences = (
        {row[0]: row[1] for row in one.grid()} for one in (means_table(analysis.block, analysis), differences_table(analysis))
    )
    assert shown["scl"] == (means["scl"], differences["scl"])
    assert "(4 of 6)" in shown["scl"][0]
    assert shown["scl"][0].endswith("[s,x]")
    assert shown["ce"] == (means["ce"], "baseline")


def test_every_number_says_its_n_where_arms_have_different_ones(tmp_path: Path, filled: Any) -> None:
    analysis = of(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "ce-null": CE[::-1], "cat": SCL[:3]}}))
    table = means_table(analysis.block, analysis)
    assert [row[1].partition(" (")[2] for row in table.grid()][:3] == ["n = 6)", "n = 6)", "n = 3)"]
    assert "n = 3 to 6 runs per arm and cell, as each cell says" in " ".join(table.header)
    assert "(n = 3)" in next(row for row in differences_table(analysis).grid() if row[0] == "cat")[1]


def test_where_all_have_the_same_number_no_cell_says_it(tmp_path: Path, filled: Any) -> None:
    analysis = of(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "scl": SCL}}))
    table = means_table(analysis.block, analysis)
    assert not any("(n =" in cell for row in table.grid() for cell in row)
    assert "n = 6 runs per arm and cell, where a cell says nothing else" in " ".join(table.header)


def test_what_was_planned_decides_the_unit_of_a_table_of_choice(tmp_path: Path, make_spec: Any, make_record: Any) -> None:
    """Four seeds on each of two splits, of which one has run: one split mean, and no interval, as in every other table."""
    store, rows = RecordStore(tmp_path), []
    for arm, gain in (("ce", 0.0), ("ce-matched", 0.02), ("scl", 0.05)):
        for split in (0, 1):
            for seed, score in enumerate([0.6, 0.62, 0.61, 0.65]):
                spec = make_spec(arm, seed, split=SplitSpec(split_seed=split, shots="20"))
                rows.append(ManifestRow.of(spec, arm=arm, task_source="mirror", n_train=20, n_dev=20, n_test=200))
                if split == 0:
                    store.write(make_record(store, spec, score + gain + 0.01 * seed * (arm == "scl")))
    store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows)))
    analysis = of(tmp_path)
    place = next(place for place in analysis.places if place[0] == "scl")
    assert analysis.units[place].unit == "split mean"
    assert analysis.units[place].n == 1
    table = next(one.table for one in choices(analysis) if one.against == "ce")
    cell = next(row.cells[1] for row in table.rows if row.cells[0].shown == "scl")
    assert cell.value == pytest.approx(float((analysis.units[place].a - analysis.units[place].b).mean()))
    assert cell.interval is None
