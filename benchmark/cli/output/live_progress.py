"""Progress on a terminal: a bar for the whole and a row for each run that is running."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmark.cli.output.tally import Tally, outcome

if TYPE_CHECKING:
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun
    from benchmark.running.executors.base import Finished


class LiveProgress:
    """A bar with counts and ETA, and under it the phase of each run that is running. Failures and alarms stay above it."""

    def __init__(self, stream: TextIO) -> None:
        self._tally = Tally()
        console = Console(file=stream, highlight=False)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._overall: TaskID | None = None
        self._rows: dict[str, TaskID] = {}

    def planned(self, plan: Plan) -> None:
        """Show the bar, under what is wrong with the data."""
        for line in plan.warnings:
            self._bar.console.print(f"Warning: {line}", markup=False)
        self._tally.total = len(plan.runs)
        self._overall = self._bar.add_task(str(self._tally), total=len(plan.runs))
        self._bar.start()

    def started(self, run: PlannedRun) -> None:
        """Add a row for the run."""
        self._tally.start()
        self._rows[run.key] = self._bar.add_task(f"  {run.label} {run.arm.name}", total=None)
        self._refresh()

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None:
        """Move the run's row."""
        if run.key in self._rows:
            self._bar.update(
                self._rows[run.key], description=f"  {run.label} {run.arm.name}: {name}", completed=done, total=planned or None
            )

    def finished(self, run: PlannedRun, end: Finished, cached: bool) -> None:
        """Drop the row; keep a line only of what needs attention."""
        self._tally.finish(end.status, cached)
        if run.key in self._rows:
            self._bar.remove_task(self._rows.pop(run.key))
        if not cached and (end.status != "done" or end.alarms):
            self._bar.console.print(outcome(run, end), markup=False)
        self._refresh()

    def closed(self) -> None:
        """Remove the bar and leave the final count."""
        self._bar.stop()
        self._bar.console.print(str(self._tally), markup=False)

    def _refresh(self) -> None:
        if self._overall is not None:
            self._bar.update(self._overall, description=str(self._tally), completed=self._tally.over)
