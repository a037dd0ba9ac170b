"""One line each: name first, where it is defined last, a broken one with its error."""

from __future__ import annotations

from pathlib import Path

from benchmark.cli import listing
from benchmark.cli.listing import ListedRow, lines, readable


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
    package = Path(listing.__file__).resolve().parents[2]
    assert readable(f"{tmp_path}/plug.py:3") == "plug.py:3"
    assert readable(f"{package}/methods/scl.py:12") == "methods/scl.py:12"
    assert readable("/elsewhere/site-packages/other/scl.py:12") == "other/scl.py:12"
    assert readable("/nowhere/deep/scl.py:12") == "scl.py:12"


def test_a_method_is_shown_with_its_family():
    assert lines([ListedRow("x", "A control.", "x.py:1", "", "control", ("scl", "cat"))]) == "x  [control of scl, cat] A control.  (x.py:1)"
