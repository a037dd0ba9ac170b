"""Progress in a notebook: a bar for the whole, the runs that are running, and a line for each run that needs attention. It needs IPython
and nothing else: no widgets, which few notebook services have switched on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from benchmark.cli.output.tally import Tally, outcome

if TYPE_CHECKING:
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun
    from benchmark.running.executors.base import Finished

PACE = 0.25  # seconds between two updates of the display


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook (not a script, nor IPython on a terminal)."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class NotebookProgress:
    """The display of one plan, updated in place."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._tally, self._shown_at = clock, Tally(clock), 0.0
        self._title = ""
        self._running: dict[str, str] = {}
        self._lines: list[str] = []
        self._handle: Any = None

    def planned(self, plan: Plan) -> None:
        """Show the bar, and what is wrong with the data."""
        from IPython.display import display

        self._title = plan.stage
        self._tally.total = len(plan.runs)
        self._lines = [f"Warning: {line}" for line in plan.warnings]
        self._handle = display(self, display_id=True)  # type: ignore[no-untyped-call]

    def started(self, run: PlannedRun) -> None:
        """Add the run to those that are running."""
        self._tally.start()
        self._running[run.key] = f"{run.label} {run.arm.name}"
        self._update()

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None:
        """Say how far the run is."""
        share = f" {100 * done // planned} %" if planned else ""
        self._running[run.key] = f"{run.label} {run.arm.name}: {name}{share}"
        self._update()

    def finished(self, run: PlannedRun, end: Finished, cached: bool) -> None:
        """Count the run; keep a line only of what needs attention."""
        self._tally.finish(end.status, cached)
        self._running.pop(run.key, None)
        if not cached and (end.status != "done" or end.alarms):
            self._lines.append(outcome(run, end))
        self._update()

    def closed(self) -> None:
        """Leave the final count."""
        self._running.clear()
        self._update(at_once=True)

    def _update(self, at_once: bool = False) -> None:
        if self._handle is not None and (at_once or self._clock() - self._shown_at >= PACE):
            self._shown_at = self._clock()
            self._handle.update(self)

    def __repr__(self) -> str:
        return "\n".join([str(self._tally), *self._running.values(), *self._lines])

    def _repr_html_(self) -> str:
        bar = f'<progress value="{self._tally.over}" max="{max(1, self._tally.total)}" style="width: 20em"></progress>'
        title = f"{escape(self._title)}<br>" if self._title else ""
        said = "".join(f"<br><small>{escape(line)}</small>" for line in (*self._running.values(), *self._lines))
        return f"<div>{title}{bar} {self._tally.over}/{self._tally.total} &nbsp; {escape(str(self._tally))}{said}</div>"
