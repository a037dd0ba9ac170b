"""Reading table files: what a cell may look like, which facts win, and how mistakes are told."""

from __future__ import annotations

import pytest

from benchmark.errors import UserError
from reports.published import load_table
from reports.published.catalogue import read_table
from reports.published.cell_notation import read_cell
from reports.published.facts import load_facts, read_facts

TABLE = """
paper = "new"
citation = "A. Author 2030"
title = "A table"
number = "Table 1"
caption = "Accuracy."
heads = ["Method"]
baseline = "ce"

[all]
shots = "20"
task = "sst2"
n = 5
spread_kind = "se"
model = "M"
source = "made up"
confidence = "secondary"

[[columns]]
label = "A"

[[columns]]
label = "B"
task = "qnli"
n = "unknown"

[[rows]]
id = "CE"
labels = ["CE"]
arm = "ce"
cells = ["80.0 +- 1.0", "unknown"]

[[rows]]
id = "new"
labels = ["New"]
shots = "100"
cells = ["81.0", "-"]
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text, name="table.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("85.9 +- 2.1", {"state": "number", "value": 85.9, "spread": 2.1}),
        ("+1.7", {"state": "number", "value": 1.7}),
        ("97.96?", {"state": "number", "value": 97.96, "confidence": "doubtful"}),
        ("+1 to +2", {"state": "range", "value": 1.0, "upper": 2.0}),
        ("unknown", {"state": "unknown"}),
        ("-", {"state": "absent"}),
        ("about equal", {"state": "text"}),
    ],
)
def test_notation(text, fields):
    assert read_cell(text) == {"text": text, **fields}


def test_numbers_of_settings_are_words():
    assert read_cell("32", numeric=False) == {"text": "32", "state": "text"}


def test_what_stands_nearer_to_a_cell_wins(write):
    table = read_table(write(TABLE), "new/table")
    first, second, third, fourth = table.cells
    assert (first.task, first.shots, first.n, first.spread, first.spread_kind, first.arm) == ("sst2", "20", 5, 1.0, "se", "ce")
    assert (second.task, second.n, second.value, second.state) == ("qnli", None, None, "unknown")
    assert (third.shots, third.value, third.spread_kind) == ("100", 81.0, None)
    assert (fourth.state, fourth.value) == ("absent", None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "A table"', 'titel = "A table"', "titel"),
        ('cells = ["81.0", "-"]', 'cells = ["81.0"]', "1 cells"),
        ('id = "new"', 'id = "CE"', "same id"),
        ('confidence = "secondary"', 'confidence = "sure"', "confidence"),
        ("n = 5", "n = ", "Invalid value"),
    ],
)
def test_a_mistake_is_one_error_that_names_the_file(write, old, new, said):
    path = write(TABLE.replace(old, new))
    with pytest.raises(UserError, match=r"table\.toml") as error:
        read_table(path, "new/table")
    assert said in str(error.value)


def test_an_unknown_table_is_told_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'scl/few-shot'"):
        load_table("scl/fewshot")


def test_facts_are_checked_too(write):
    with pytest.raises(UserError, match="does not hold facts"):
        read_facts(write("[[pools]]\ntable = 'x'\n", "facts.toml"))
    assert load_facts("no-such-paper").pools == ()


def test_class_counts_in_the_facts_are_those_of_the_data(data_root):
    import pyarrow.parquet as pq

    known = {classes.row: sorted(classes.counts) for classes in load_facts("three-phase").augmentation.classes}
    folders = {
        "SST5": "SetFit__sst5/default",
        "SST2": "nyu-mll__glue/sst2",
        "SNIPS2": "local__snips/default",
        "IMDB": "stanfordnlp__imdb/plain_text",
    }
    for row, folder in folders.items():
        labels = pq.read_table(data_root / folder / "train-00000-of-00001.parquet", columns=["label"])["label"].value_counts()
        assert known[row] == sorted(pair["counts"] for pair in labels.to_pylist())
