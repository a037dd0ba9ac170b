"""Progress: plain lines where there is no terminal, a bar where there is one."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from benchmark.cli.output.progress import PlainProgress, observer
from benchmark.running.executors.base import Finished


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def plan():
    runs = [
        SimpleNamespace(key=f"k{i}", label=f"sst2 20 seed {i}", arm=SimpleNamespace(name="ce"), done=i == 0, todo=i != 0) for i in range(3)
    ]
    return SimpleNamespace(runs=runs, title="smoke", warnings=["task mine: 2 rows"])


def play(watcher, plan):
    """One run was there, one succeeds, one fails."""
    watcher.planned(plan)
    watcher.finished(plan.runs[0], Finished("k0", "done", 0.0, 0.7), True)
    for run in plan.runs[1:]:
        watcher.started(run)
        for step in range(50):
            watcher.phase(run, "fine-tune", step, 50)
    watcher.finished(plan.runs[1], Finished("k1", "done", 1.5, 0.6, ["at majority"]), False)
    watcher.finished(plan.runs[2], Finished("k2", "failed", 0.5, error="ValueError: non-finite loss"), False)
    watcher.closed()


def test_plain_progress_says_one_line_per_computed_run_and_no_steps(plan):
    stream = io.StringIO()
    play(observer(stream), plan)
    assert stream.getvalue().splitlines() == [
        "Warning: task mine: 2 rows",
        "3 runs planned, 1 of them are already computed",
        "[2/3] done    sst2 20 seed 1 ce  0.600  1.5 s  ! at majority",
        "[3/3] failed  sst2 20 seed 2 ce  0.5 s  ValueError: non-finite loss",
        "1 done, 0 running, 1 failed, 1 cached",
    ]


def test_a_terminal_gets_a_bar_and_keeps_lines_of_what_needs_attention(plan, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    watcher = observer(stream)
    assert not isinstance(watcher, PlainProgress)
    play(watcher, plan)
    assert "! at majority" in stream.getvalue()
    assert "non-finite loss" in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("1 done, 0 running, 1 failed, 1 cached")
