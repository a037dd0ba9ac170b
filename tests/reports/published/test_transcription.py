"""The numbers against a second reading: sums per table, and, where the notes are at hand, every single number."""

from __future__ import annotations

import re

import pytest

from reports.published import load_table

# How many numbers (values and spreads) a table has, and their sum, added up from the notes without the loader.
SUMS = {
    "scl/few-shot": (36, 1425.60),
    "scl/noise": (72, 2814.10),
    "scl/full": (14, 1259.80),
    "scl/batch": (9, 813.20),
    "scl/transfer": (8, 369.30),
    "three-phase/accuracy": (52, 4615.06),
    "three-phase/ablation": (42, 3707.63),
    "three-phase/f1": (99, 8601.58),
    "dualcl/accuracy": (176, 8998.83),
    "fairseq/glue": (16, 1402.20),
}
SECTIONS = {
    "scl/few-shot": "### P1.4",
    "scl/noise": "### P1.5",
    "scl/full": "### P1.6",
    "scl/batch": "### P1.7",
    "scl/transfer": "### P1.8",
    "three-phase/accuracy": "### P3.3",
    "three-phase/ablation": "### P3.4",
    "three-phase/f1": "### P3.6",
    "dualcl/accuracy": "### R.1",
}


def numbers(key):
    cells = [cell for cell in load_table(key).cells if cell.known]
    return sorted([cell.value for cell in cells] + [cell.spread for cell in cells if cell.spread is not None])


@pytest.mark.parametrize(("key", "expected"), SUMS.items())
def test_count_and_sum(key, expected):
    found = numbers(key)
    assert (len(found), round(sum(found), 2)) == expected


@pytest.mark.parametrize(
    ("row", "column", "gain"),
    [
        *(("20 CE + SCL", task, gain) for task, gain in (("SST-2", 2.2), ("QNLI", 10.7), ("MNLI", 3.4))),
        *(("100 CE + SCL", task, gain) for task, gain in (("SST-2", 1.7), ("QNLI", 0.6), ("MNLI", 1.9))),
        *(("1000 CE + SCL", task, gain) for task, gain in (("SST-2", 0.1), ("QNLI", 0.6), ("MNLI", 0.1))),
    ],
)
def test_gains_of_the_few_shot_table(row, column, gain):
    table = load_table("scl/few-shot")
    cell = table.cell(row, column)
    assert round(cell.value - table.base(cell).value, 1) == gain


def test_mean_gains_of_scl_in_the_independent_run():
    """+0.62 and +0.38 with BERT, +0.24 and +0.04 with RoBERTa, at 10 % and with all labels."""
    table = load_table("dualcl/accuracy")
    cells = [table.cell(f"{data} {model} CE+SCL", "Avg") for model in ("BERT", "RoBERTa") for data in ("10%", "full")]
    assert [round(cell.value - table.base(cell).value, 2) for cell in cells] == [0.62, 0.38, 0.24, 0.04]


@pytest.mark.parametrize(("key", "heading"), SECTIONS.items())
def test_every_number_of_the_notes_is_in_the_table(root, key, heading):
    notes = root.parent / "shared" / "papers.md"
    if not notes.is_file():
        pytest.skip("no notes: ../shared/papers.md is absent")
    text = notes.read_text(encoding="utf-8")
    section = re.split(r"\n#", text[text.index(heading) + 5 :])[0]
    rows = [line for line in section.splitlines() if line.startswith("|") and "p-value" not in line]
    found = re.findall(r"(?<![\w.=-])\d+\.\d+(?![\w%])", "\n".join(rows))
    assert sorted(map(float, found)) == numbers(key)
