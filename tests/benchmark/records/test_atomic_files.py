"""What lies half-written is swept, and folders that go away meanwhile disturb nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.records.atomic_files import below, beside_name, remove_half_written

BESIDE = "from benchmark.records.atomic_files import beside_name; print(beside_name('record.json'))"


def of_a_dead_process() -> str:
    """The name that a process, gone by now, gave to a file that it was writing."""
    return subprocess.run([sys.executable, "-c", BESIDE], capture_output=True, text=True, check=True).stdout.strip()


def test_what_a_dead_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = of_a_dead_process()
    (tmp_path / "a" / "b").mkdir(parents=True)
    places = [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    for place in places:
        (place / left).write_text("half")
        (place / "record.json").write_text("whole")
        (place / beside_name("record.json")).write_text("being written, by this process")
    remove_half_written(tmp_path, depth=1)
    assert [(place / left).exists() for place in places] == [False, False, True]  # the last one lies deeper than was asked for
    assert [len([file for file in place.iterdir() if file.is_file()]) for place in places] == [2, 2, 3]


def test_a_folder_that_goes_away_between_two_looks_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another driver's claim, say: made beside, then renamed. Two drivers that started at once met this (FileNotFoundError)."""
    for name in ("going", "staying"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    look = os.scandir

    def scandir(place: Any = ".") -> Iterator[Any]:
        if Path(place).name == "going":
            raise FileNotFoundError(2, "No such file or directory", str(place))
        return look(place)

    monkeypatch.setattr(os, "scandir", scandir)
    remove_half_written(tmp_path, depth=2)
    assert [file.relative_to(tmp_path).as_posix() for file in below(tmp_path)] == ["staying/file"]


def test_below_goes_as_deep_as_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("0", "a/1", "a/b/2"):
        (tmp_path / name).write_text("")
    assert [sorted(file.name for file in below(tmp_path, depth)) for depth in (0, 1, 2, None)] == [
        *(["0"], ["0", "1"], ["0", "1", "2"], ["0", "1", "2"])
    ]
    assert list(below(tmp_path / "nowhere")) == []
