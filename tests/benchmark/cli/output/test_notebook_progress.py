"""The bar of a notebook: what it shows, and that it is updated at a pace that a notebook can bear."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from benchmark.cli.output.notebook_progress import NotebookProgress, in_notebook
from benchmark.cli.output.progress import observer
from benchmark.running.executors.base import Finished


class Handle:
    """Counts updates of a display."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, value: Any) -> None:
        self.shown.append(value._repr_html_())


@pytest.fixture
def runs() -> list[Any]:
    return [SimpleNamespace(key=f"k{i}", label=f"sst2 <20> seed {i}", arm=SimpleNamespace(name="ce")) for i in range(3)]


@pytest.fixture
def played(runs: list[Any], monkeypatch: pytest.MonkeyPatch) -> tuple[NotebookProgress, Handle, list[float]]:
    """One run was there, one succeeds with an alarm, one fails; a thousand steps in no time."""
    handle, now = Handle(), [0.0]
    display = pytest.importorskip("IPython.display")
    monkeypatch.setattr(display, "display", lambda value, display_id: handle)
    bar = NotebookProgress(clock=lambda: now[0])
    bar.planned(SimpleNamespace(runs=runs, warnings=["task mine: 2 rows"], stage="trials"))  # type: ignore[arg-type]
    bar.finished(runs[0], Finished("k0", "done", 0.0, 0.7), True)
    for run in runs[1:]:
        now[0] += 1.0
        bar.started(run)
        for step in range(1000):
            now[0] += 0.001
            bar.phase(run, "fine-tune", step, 1000)
    return bar, handle, now


def test_updates_come_at_a_pace(played: tuple[NotebookProgress, Handle, list[float]]) -> None:
    _, handle, _ = played
    assert 6 <= len(handle.shown) <= 14


def test_it_shows_what_is_running_and_keeps_what_needs_attention(
    played: tuple[NotebookProgress, Handle, list[float]], runs: list[Any]
) -> None:
    bar, handle, _ = played
    assert "sst2 &lt;20&gt; seed 2 ce: fine-tune" in handle.shown[-1]
    assert '<progress value="1" max="3"' in handle.shown[-1]
    bar.finished(runs[1], Finished("k1", "done", 1.5, 0.6, ["at majority"]), False)
    bar.finished(runs[2], Finished("k2", "failed", 0.5, error="ValueError: <b>"), False)
    bar.closed()
    last = handle.shown[-1]
    assert '<progress value="3" max="3"' in last
    assert "1 done, 0 running, 1 failed, 1 cached" in last
    assert "fine-tune" not in last
    for said in ("task mine: 2 rows", "! at majority", "ValueError: &lt;b&gt;", "trials"):
        assert said in last
    assert "1 done, 0 running, 1 failed, 1 cached" in repr(bar)


@pytest.mark.parametrize(("kernel", "notebook"), [(object(), True), (None, False)])
def test_only_a_kernel_is_a_notebook(monkeypatch: pytest.MonkeyPatch, kernel: object, notebook: bool) -> None:
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=kernel)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert in_notebook() is notebook
    assert isinstance(observer(sys.stderr), NotebookProgress) is notebook
