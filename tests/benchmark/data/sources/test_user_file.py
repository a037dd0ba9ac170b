"""A user's own file: three formats, one meaning, and a clear answer to every mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmark.config.task import TaskConfig, task_from_file
from benchmark.data.examples import TaskData
from benchmark.data.sources.source import load_task_data
from benchmark.errors import UserError

ROWS = [{"text": f'row, "{i}"', "label": "good" if i % 2 else "bad", "split": "test" if i > 5 else "train"} for i in range(9)]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    else:
        import csv

        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else ["text", "label", "split"])
            writer.writeheader()
            writer.writerows(rows)
    return path


def loaded(path: Path) -> TaskData:
    return load_task_data(task_from_file("mine", path), file=path)


def test_csv_jsonl_and_parquet_give_the_same_data(tmp_path: Path) -> None:
    found = [loaded(write(tmp_path / f"rows.{kind}", ROWS)) for kind in ("csv", "jsonl", "parquet")]
    assert len({data.hash for data in found}) == 1
    assert found[0].label_names == ("bad", "good")
    assert (found[0].source, len(found[0].train), len(found[0].test), found[0].validation) == ("file", 6, 3, None)


def test_integer_labels_are_numbered_in_their_order(tmp_path: Path) -> None:
    rows = [row | {"label": (10, 9, 2)[i % 3]} for i, row in enumerate(ROWS)]
    for kind in ("csv", "jsonl"):
        data = loaded(write(tmp_path / f"rows.{kind}", rows))
        assert data.label_names == ("2", "9", "10")
        assert data.train.labels is not None
        assert dict(zip(data.train.texts, data.train.labels.tolist(), strict=True))['row, "0"'] == 2


def test_pairs_and_a_validation_split(tmp_path: Path) -> None:
    rows = [{"text_a": f"a {i}", "text_b": f"b {i}", "label": i % 2, "split": ("train", "validation", "test")[i % 3]} for i in range(18)]
    data = loaded(write(tmp_path / "rows.csv", rows))
    assert data.pair
    assert data.validation is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (6, 6, 6)


def test_a_registered_task_may_name_its_file_and_its_labels(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROWS)
    data = load_task_data(TaskConfig(name="mine", file=path, label_names=("good", "bad")))
    assert data.label_names == ("good", "bad")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row | {"split": "dev"} for row in ROWS], "split 'dev'.*train, validation, test"),
        (ROWS[:5], "no row of split test"),
        ([], "holds no rows"),
        ([{"sentence": "x", "label": 1, "split": "train"}], "columns sentence, label, split.*text"),
        ([row | {"text": " "} for row in ROWS], "' ' as text in row 1"),
        ([row | {"text": None} for row in ROWS], "as text in row 1"),
        ([row | {"label": -1 if i == 2 else i % 2} for i, row in enumerate(ROWS)], "hidden labels: row 3"),
        ([row | {"label": "good"} for row in ROWS], "one class"),
    ],
)
def test_rows_that_cannot_be_used_are_named(tmp_path: Path, rows: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        loaded(write(tmp_path / "rows.jsonl", rows))


def test_texts_must_be_strings(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="12 as text"):
        loaded(write(tmp_path / "rows.jsonl", [row | {"text": 12} for row in ROWS]))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rows.xlsx", "", "neither .csv, .jsonl nor .parquet"),
        ("rows.jsonl", "{", "cannot be read"),
        ("rows.jsonl", "[1]", "must be an object"),
        ("rows.parquet", "no", "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_a_mistake(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=reason):
        loaded(tmp_path / name)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        loaded(tmp_path / "rows.csv")


def test_a_csv_row_with_too_many_cells_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label,split\nx,1,train,more\ny,0,test\n")
    with pytest.raises(UserError, match="row 1 has more or fewer cells"):
        loaded(path)
