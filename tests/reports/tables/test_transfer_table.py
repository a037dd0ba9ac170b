"""Further test sets have their own table, and only where runs were scored on them."""

from __future__ import annotations

from pathlib import Path

from benchmark.records.record import TransferResult
from reports.results.blocks import read_results
from reports.tables.transfer_table import transfer_table

CELLS = {("sst2", "20", ""): {"ce": [0.6, 0.7], "scl": [0.65, 0.6]}}


def result(n: int, **metrics: float) -> TransferResult:
    return TransferResult(n=n, rows="a" * 64, metrics=metrics)


def test_a_set_is_a_column_with_its_size(tmp_path: Path, filled) -> None:
    scored = {"adv": result(148, accuracy=0.4, macro_f1=0.3), "oos": result(50, auroc=0.9, in_scope_accuracy=0.7, out_of_scope_recall=0.2)}
    (block,) = read_results(filled(tmp_path, CELLS, transfer=scored)).blocks
    table = transfer_table(block)
    assert table is not None
    assert [column.title.split(" ", 4)[4] for column in table.columns[1:]] == [
        "adv accuracy",
        "oos auroc",
        "oos in_scope_accuracy",
        "oos out_of_scope_recall",
    ]
    assert [[cell.shown for cell in row.cells] for row in table.rows] == [
        ["ce", "40.0 ± 0.0", "90.0 ± 0.0", "70.0 ± 0.0", "20.0 ± 0.0"],
        ["scl", "40.0 ± 0.0", "90.0 ± 0.0", "70.0 ± 0.0", "20.0 ± 0.0"],
        ["test examples", "148", "50", "50", "50"],
    ]
    assert "Larson" in table.footnotes[0]


def test_without_such_scores_there_is_no_table(tmp_path: Path, filled) -> None:
    (block,) = read_results(filled(tmp_path, CELLS)).blocks
    assert transfer_table(block) is None
