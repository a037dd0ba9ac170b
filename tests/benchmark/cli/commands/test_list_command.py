"""One line each: name first, where it is defined last, a broken one with its error."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmark.cli.commands import list_command
from benchmark.cli.commands.list_command import ListedRow, lines, readable


def test_the_name_is_the_first_word_and_the_place_the_last():
    said = lines(
        [
            ListedRow("scl", "Cross-entropy plus SupCon.\n\nMore.", "methods/scl.py:12"),
            ListedRow("three-phase", "DAE first.", "methods/three.py:3"),
        ]
    )
    assert said.splitlines() == [
        "scl          Cross-entropy plus SupCon.  (methods/scl.py:12)",
        "three-phase  DAE first.  (methods/three.py:3)",
    ]


def test_a_broken_one_is_listed_with_its_error():
    assert "BROKEN: SyntaxError: invalid syntax; in line 3" in lines(
        [ListedRow("mine", "", "mine.py:1", "SyntaxError: invalid syntax\nin line 3")]
    )


def test_places_are_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    package = Path(list_command.__file__).resolve().parents[3]
    assert readable(f"{tmp_path}/plug.py:3") == "plug.py:3"
    assert readable(f"{package}/methods/scl.py:12") == "methods/scl.py:12"
    assert readable("/elsewhere/site-packages/other/scl.py:12") == "other/scl.py:12"
    assert readable("/nowhere/deep/scl.py:12") == "scl.py:12"


def test_the_listed_noise_is_the_noise_there_is(bench):
    from benchmark.data.noise import KINDS

    assert {line.split()[0] for line in bench("list", "noise").out.splitlines()} == set(KINDS)


def test_noise_is_listed_from_the_registry(bench, monkeypatch):
    from benchmark.data.noise import KINDS

    first = dataclasses.replace(KINDS["word-drop"], name="a-word-drop", description="half of all words", lowest=0.5)
    monkeypatch.setitem(KINDS.own, "a-word-drop", first)
    listed = bench("list", "noise").out.splitlines()
    assert " ".join(listed[0].split()).startswith("a-word-drop half of all words (0.5 to 1.0) (benchmark/data/noise/word_drop.py:")
