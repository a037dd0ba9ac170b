"""Counts and the time left: what both kinds of progress show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from benchmark.planning.planned_run import PlannedRun
    from benchmark.running.executors.base import Finished


@dataclass
class Tally:
    """How many runs are done, running, failed and cached, and when the rest will be done.

    Args:
        clock: seconds; monotonic.
    """

    clock: Callable[[], float] = time.monotonic
    total: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    running: int = 0
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.clock()

    @property
    def over(self) -> int:
        """Runs that need nothing more."""
        return self.done + self.failed + self.cached

    def start(self) -> None:
        """A run began."""
        self.running += 1

    def finish(self, status: str, cached: bool) -> None:
        """A run ended, or was already computed."""
        if cached:
            self.cached += 1
            return
        self.running = max(0, self.running - 1)
        if status == "done":
            self.done += 1
        else:
            self.failed += 1

    def eta(self) -> float | None:
        """Seconds until the rest is done, at the pace of the runs that were computed (not cached); None before the first."""
        computed = self.done + self.failed
        if not computed:
            return None
        return (self.clock() - self.begun) / computed * (self.total - self.over)

    def __str__(self) -> str:
        eta = self.eta()
        left = "" if eta is None or self.over >= self.total else f", {duration(eta)} left"
        return f"{self.done} done, {self.running} running, {self.failed} failed, {self.cached} cached{left}"


def duration(seconds: float) -> str:
    """Seconds as people say them: 42 s, 3 min 05 s, 2 h 10 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def outcome(run: PlannedRun, end: Finished) -> str:
    """One finished run in one line."""
    parts = [f"{end.status:<7} {run.label} {run.arm.name}", "" if end.value is None else f"{end.value:.3f}", f"{end.seconds:.1f} s"]
    parts += [f"! {alarm}" for alarm in end.alarms]
    if end.error:
        parts.append(one_line(end.error, 200))
    return "  ".join(part for part in parts if part)
