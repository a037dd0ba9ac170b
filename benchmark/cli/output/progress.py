"""Progress of a grid: a live bar on a terminal and in a notebook, one plain line per finished run elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from benchmark.cli.output.notebook_progress import NotebookProgress, in_notebook
from benchmark.cli.output.tally import Tally, outcome

if TYPE_CHECKING:
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun
    from benchmark.running.driver import Observer
    from benchmark.running.executors.base import Finished


class PlainProgress:
    """One line per computed run, one for all that were already computed, and nothing in between."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._tally = stream, Tally(clock)

    def planned(self, plan: Plan) -> None:
        """Say how much there is to do, and what is wrong with the data."""
        self._tally.total = len(plan.runs)
        there = sum(not run.todo for run in plan.runs)
        for line in plan.warnings:
            self._say(f"Warning: {line}")
        self._say(f"{len(plan.runs)} runs planned, {there} of them are already computed")

    def started(self, run: PlannedRun) -> None:
        """Count it."""
        self._tally.start()

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None:
        """Steps would flood a log."""

    def finished(self, run: PlannedRun, end: Finished, cached: bool) -> None:
        """One line, unless the run was already computed."""
        self._tally.finish(end.status, cached)
        if not cached:
            self._say(f"[{self._tally.over}/{self._tally.total}] {outcome(run, end)}")

    def closed(self) -> None:
        """The final count."""
        self._say(str(self._tally))

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def observer(stream: TextIO) -> Observer:
    """The progress that fits: live in a notebook, live on a stream that is a terminal, plain elsewhere."""
    if in_notebook():
        return NotebookProgress()
    if not stream.isatty():
        return PlainProgress(stream)
    from benchmark.cli.output.live_progress import LiveProgress

    return LiveProgress(stream)
