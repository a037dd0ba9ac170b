"""The comparison's arithmetic and its report: what was missed is shown, and nothing of the machine but its model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from speed.figures import Details, Ratio, Section
from speed.groups import OTHER, group_of, grouped
from speed.rendering import markdown, megabytes, seconds
from speed.report import Call, Report, read

FACTS = {"processor": "a model, 2 cores"}


def report(*sections: Section, command: str = "compare.py") -> Report:
    return Report((Call(command, FACTS, tuple(section.name for section in sections)),), sections)


def test_a_ratio_is_the_others_seconds_over_ours() -> None:
    assert Ratio("a / b", ours=2.0, other=16.0).value == 8.0


@pytest.mark.parametrize(("other", "verdict"), [(15.9, "missed"), (16.0, "held"), (20.0, "held")])
def test_a_goal_is_held_from_its_own_value_on(other: float, verdict: str) -> None:
    assert Ratio("a / b", 2.0, other, goal=8.0).verdict == verdict


def test_a_ratio_without_a_goal_has_no_verdict() -> None:
    ratio = Ratio("a / b", 2.0, 1.0)
    assert ratio.held is None
    assert ratio.verdict == ""


def test_a_missed_goal_stands_in_the_overview() -> None:
    text = markdown(report(Section("x", "X", [Ratio("ours / theirs", 1.0, 1.5, goal=8.0)])))
    assert "| ours / theirs | 1.0 s | 1.5 s | 1.50 | 8 | missed |" in text


def test_every_section_has_its_notes_and_details() -> None:
    section = Section("x", "X", details=[Details("Where", ("part", "ms"), [("a|b", 1.23456), ("c", 12345.6)])], notes=("as it was",))
    text = markdown(report(section))
    assert "## X\n\n- as it was\n\n**Where**\n\n| part | ms |\n| --- | --- |\n| a\\|b | 1.23 |\n| c | 12346 |" in text


def test_json_holds_the_figures_not_rounded() -> None:
    found = json.loads(report(Section("x", "X", [Ratio("r", 3.0, 10.0, 2.0)])).to_json())
    (ratio,) = found["sections"][0]["ratios"]
    assert ratio == {"what": "r", "ours": 3.0, "other": 10.0, "goal": 2.0, "ratio": 10 / 3, "verdict": "held"}
    assert found["calls"] == [{"command": "compare.py", "facts": FACTS, "sections": ["x"]}]


def test_a_report_survives_its_file(tmp_path: Path) -> None:
    whole = report(Section("x", "X", [Ratio("r", 3.0, 10.0, 2.0)], [Details("Where", ["part"], [["a"]])], ["a note"]))
    (tmp_path / "results.json").write_text(whole.to_json())
    assert read(tmp_path / "results.json") == whole


def test_a_section_measured_anew_replaces_the_old_one_and_the_report_names_both_calls() -> None:
    older = report(Section("a", "A", [Ratio("a", 1.0, 1.0)]), Section("b", "B", [Ratio("b", 1.0, 1.0)]), command="compare.py")
    newer = report(Section("a", "A", [Ratio("a", 1.0, 5.0)]), command="compare.py --only a").joined(older, ["a", "b"])
    assert [(section.name, section.ratios[0].value) for section in newer.sections] == [("a", 5.0), ("b", 1.0)]
    assert [(call.command, call.sections) for call in newer.calls] == [("compare.py", ("b",)), ("compare.py --only a", ("a",))]
    assert "Made by `compare.py`, `compare.py --only a`, each section in one of these calls." in markdown(newer)
    assert markdown(newer).count("a model, 2 cores") == 1


def test_a_call_of_which_nothing_is_left_is_not_named() -> None:
    older, newer = (report(Section("a", "A"), command=name) for name in ("old", "new"))
    assert [call.command for call in newer.joined(older, ["a"]).calls] == ["new"]


@pytest.mark.parametrize(("value", "shown"), [(0.0314, "31 ms"), (0.999, "999 ms"), (1.0, "1.0 s"), (54.04, "54.0 s")])
def test_times_are_told_in_a_unit_that_can_be_compared(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_memory_is_told_in_mebibytes() -> None:
    assert megabytes(3 * 2**20) == "3 MiB"


@pytest.mark.parametrize(
    ("event", "group"),
    [
        ("aten::addmm", "matrix products"),
        ("aten::bmm", "attention"),
        ("aten::copy_", "casts and copies"),
        ("aten::bernoulli_", "dropout"),
        ("Optimizer.step#AdamW.step", "optimizer, clipping"),
        ("tokenisation", "tokenisation"),
        ("aten::sin", OTHER),
        ("autograd::engine::evaluate_function: AddmmBackward0", None),
    ],
)
def test_operators_fall_into_groups(event: str, group: str | None) -> None:
    assert group_of(event) == group


def test_no_operator_is_lost_or_counted_twice() -> None:
    sums = grouped([("aten::mm", 1.0), ("aten::mm", 2.0), ("aten::gelu", 4.0), ("aten::sin", 8.0), ("AddmmBackward0", 16.0)])
    assert sums["matrix products"] == 3.0
    assert sum(sums.values()) == 15.0
