"""Two results folders: equal cells are counted, changed ones tested on the units that both have."""

from __future__ import annotations

import pytest

from benchmark.errors import UserError
from reports.compare import compare_folders

CE = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]


def lines(table):
    return {row.name.split(" | ", 1)[1]: [cell.shown for cell in row.cells] for row in table.rows}


def test_equal_folders_have_no_changed_cell(tmp_path, filled):
    folders = [filled(tmp_path / name, {("sst2", "20", ""): {"ce": CE}}) for name in "ab"]
    table = compare_folders(*folders)
    assert table.rows == ()
    assert "1 of 1 arms in cells hold exactly the same runs" in table.footnotes[0]


def test_a_changed_cell_is_paired_and_tested(tmp_path, filled):
    a = filled(tmp_path / "a", {("sst2", "20", ""): {"ce": CE, "scl": CE}})
    b = filled(tmp_path / "b", {("sst2", "20", ""): {"ce": CE, "scl": [x + 0.05 + 0.01 * (i % 2) for i, x in enumerate(CE)]}})
    (line,) = lines(compare_folders(a, b)).values()
    assert line[6].startswith("+5.5 [")
    assert line[-1] == "differs after Holm"


def test_what_only_one_folder_has_is_named(tmp_path, filled):
    a = filled(tmp_path / "a", {("sst2", "20", ""): {"ce": CE, "scl": CE}})
    b = filled(tmp_path / "b", {("sst2", "20", ""): {"ce": CE, "cat": CE}})
    assert {name: line[-1] for name, line in lines(compare_folders(a, b)).items()} == {
        "cat | sst2 N = 20": "only in B",
        "scl | sst2 N = 20": "only in A",
    }


def test_more_seeds_of_the_same_runs_are_no_change_in_score(tmp_path, filled):
    a = filled(tmp_path / "a", {("sst2", "20", ""): {"ce": CE[:4]}})
    b = filled(tmp_path / "b", {("sst2", "20", ""): {"ce": CE}})
    (line,) = lines(compare_folders(a, b)).values()
    assert line[-1] == "other runs beside 4 equal ones"


def test_folders_with_nothing_in_common_are_an_error(tmp_path, filled):
    a = filled(tmp_path / "a", {("sst2", "20", ""): {"ce": CE}})
    b = filled(tmp_path / "b", {("sst2", "20", ""): {"ce": CE}}, profile="paper")
    with pytest.raises(UserError, match="in common"):
        compare_folders(a, b)


def test_training_sets_that_overlap_widen_the_interval_here_too(tmp_path, filled, with_pool):
    b = [x + 0.05 + 0.01 * (i % 2) for i, x in enumerate(CE)]
    wide, narrow = (
        lines(
            compare_folders(
                *(
                    with_pool(filled(tmp_path / f"{name}-{pool}", {("sst2", "20", ""): {"ce": scores}}), pool)
                    for name, scores in (("a", CE), ("b", b))
                )
            )
        )["ce | sst2 N = 20"][6]
        for pool in (40, 20_000)
    )
    width = [float(shown.partition("; +")[2].rstrip("]")) - float(shown.partition("[+")[2].partition(";")[0]) for shown in (wide, narrow)]
    assert width[0] / width[1] == pytest.approx(((1 / 6 + 1) / (1 / 6)) ** 0.5, rel=0.15)  # half of each training set is shared
