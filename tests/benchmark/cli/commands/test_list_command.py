"""list on the command line."""

from __future__ import annotations

import dataclasses
import json


def test_the_listed_noise_is_the_noise_there_is(bench):
    from benchmark.data.noise import KINDS

    assert {line.split()[0] for line in bench("list", "noise").out.splitlines()} == set(KINDS)


def test_noise_is_listed_from_the_registry(bench, monkeypatch):
    from benchmark.data.noise import KINDS

    first = dataclasses.replace(KINDS["word-drop"], name="a-word-drop", description="half of all words", lowest=0.5)
    monkeypatch.setitem(KINDS.own, "a-word-drop", first)
    listed = bench("list", "noise").out.splitlines()
    assert " ".join(listed[0].split()).startswith("a-word-drop half of all words (0.5 to 1.0) (benchmark/data/noise/word_drop.py:")


def test_json_has_the_rows_of_the_text(bench):
    listed, text = json.loads(bench("list", "methods", "--json").out), bench("list", "methods").out
    assert (listed["document"], listed["format"], listed["kind"]) == ("list", 1, "methods")
    assert [row["name"] for row in listed["rows"]] == [line.split()[0] for line in text.splitlines()]
    control = next(row for row in listed["rows"] if row["name"] == "scl-placebo")
    assert (control["family"], control["controls"], control["error"]) == ("control", ["scl"], "")
    assert set(control) == {"name", "summary", "origin", "error", "family", "controls"}


def test_json_of_what_is_no_method_has_four_keys(bench):
    rows = json.loads(bench("list", "suites", "--json").out)["rows"]
    assert {frozenset(row) for row in rows} == {frozenset({"name", "summary", "origin", "error"})}
    assert "study" in {row["name"] for row in rows}
