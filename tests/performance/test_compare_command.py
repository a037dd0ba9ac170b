"""The command line of the comparison: what it refuses, what it writes, and that it tells no path."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import compare
import pytest
from speed.figures import Ratio, Section
from speed.process import ProgramFailed, timed
from speed.setting import QUICK


@pytest.fixture
def one_section(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison with one section that measures nothing."""
    made = Section("ce", "One run", [Ratio("ours / theirs", 1.0, 2.0, goal=3.0)])
    monkeypatch.setattr(compare, "SECTIONS", {"ce": lambda setting: made})
    monkeypatch.setattr(compare.machine, "facts", lambda setting: {"processor": "a model"})


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        compare.main(["--only", "ce,sped"])
    assert stop.value.code == 2
    assert "'sped'" in capsys.readouterr().err


@pytest.mark.usefixtures("one_section")
def test_a_missed_goal_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main(["--only", "ce", "--out", str(tmp_path)]) == 0
    assert "missed" in capsys.readouterr().out
    assert "missed" in (tmp_path / "results.md").read_text()


@pytest.mark.usefixtures("one_section")
def test_the_report_holds_no_folder_of_this_machine(tmp_path: Path) -> None:
    compare.main(["--only", "ce", "--out", str(tmp_path)])
    for name in ("results.md", "results.json"):
        assert str(tmp_path) not in (tmp_path / name).read_text()


@pytest.mark.usefixtures("one_section")
@pytest.mark.parametrize("partial", [["--quick"], ["--steps", "3"]])
def test_the_committed_table_is_not_overwritten_by_a_smaller_measurement(
    partial: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "FOLDER", tmp_path)
    compare.main(partial)
    assert list(tmp_path.iterdir()) == []
    compare.main([])
    assert {file.name for file in tmp_path.iterdir()} == {"results.md", "results.json"}


def test_options_change_one_size_at_a_time(tmp_path: Path) -> None:
    given = compare.parser().parse_args(["--quick", "--steps", "3", "--embedded"])
    setting = compare.made(given, tmp_path)
    assert (setting.sizes.steps, setting.sizes.test_rows, setting.data_root) == (3, QUICK.test_rows, None)


def test_a_program_that_fails_gives_no_time() -> None:
    with pytest.raises(ProgramFailed, match="no such thing"):
        timed([sys.executable, "-c", "raise SystemExit('no such thing')"], threads=1)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_what_a_program_leaves_behind_is_counted_too():
    burn = "import time; a = bytearray(60_000_000)\nwhile time.process_time() < 0.4: pass"
    leaves = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    spent, _ = timed([sys.executable, "-c", leaves], threads=1)
    assert spent.cpu_seconds >= 0.4
    assert spent.peak_bytes > 60_000_000


def test_a_program_is_measured_whole() -> None:
    spent, printed = timed([sys.executable, "-c", "import time; time.sleep(0.3); print('there')"], threads=1)
    assert spent.seconds > 0.3
    assert spent.peak_bytes > 2**20
    assert printed.strip() == "there"


def test_an_interrupted_comparison_leaves_no_program_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []

    class Recorded(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    def interrupted(pid: int, options: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("speed.process.subprocess.Popen", Recorded)
    monkeypatch.setattr("speed.process.os.wait4", interrupted)
    with pytest.raises(KeyboardInterrupt):
        timed([sys.executable, "-c", "import os, time; os.close(1); os.close(2); time.sleep(60)"], threads=1)
    assert [one.returncode for one in started] == [-signal.SIGKILL]
