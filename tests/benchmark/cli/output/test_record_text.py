"""A record in readable form."""

from __future__ import annotations

from benchmark.cli.output.record_text import LONGEST, record_text


def test_nested_fields_are_indented_and_empty_ones_left_out():
    record = {
        "status": "done",
        "error": None,
        "metrics": {"accuracy": 0.123456789, "flags": []},
        "phases": [{"name": "fine-tune", "steps": 3}],
        "ids": [1, 2],
    }
    assert record_text(record).splitlines() == [
        "status: done",
        "metrics:",
        "  accuracy: 0.123457",
        "phases:",
        "  -",
        "    name: fine-tune",
        "    steps: 3",
        "ids: 1, 2",
    ]


def test_packed_values_are_cut():
    (line,) = record_text({"predictions": "x" * 5000}).splitlines()
    assert len(line) < LONGEST + 60
    assert line.endswith("(5000 characters)")
