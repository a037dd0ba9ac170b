"""Running a plan: the manifest first, then every run that is not there, whatever happens to the others."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any, Protocol

from benchmark.config.request import RunRequest
from benchmark.execution.executors.base import Executor, Finished
from benchmark.execution.executors.choose import make_executor
from benchmark.execution.order import gathered, leaders
from benchmark.execution.planned import PlannedRun
from benchmark.execution.planning import Plan
from benchmark.records.store import RecordStore


class Observer(Protocol):
    """Who is told what happens; all calls come from the driver process."""

    def planned(self, plan: Plan) -> None:
        """Before the first run."""

    def started(self, run: PlannedRun) -> None:
        """A run began."""

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None:
        """A phase of a run came this far."""

    def finished(
        self, run: PlannedRun, status: str, seconds: float, value: float | None, cached: bool, alarms: list[str], error: str | None
    ) -> None:
        """A run ended; `cached`: its record was there already."""

    def closed(self) -> None:
        """After the last run."""


class Interrupted(Exception):
    """The command was interrupted (SIGINT) or terminated (SIGTERM); what had finished is kept."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@dataclass
class Summary:
    """How a command ended."""

    planned: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    seconds: float = 0.0
    failures: list[tuple[str, str]] = field(default_factory=list)  # label of the run, its error

    @property
    def exit_code(self) -> int:
        """0 if every run is done, 1 if some failed."""
        return 1 if self.failed else 0


def run_plan(plan: Plan, request: RunRequest, observer: Observer) -> Summary:
    """Run what the results folder does not hold yet (with --rerun everything); re-run what failed before.

    Raises:
        Interrupted: after SIGINT (once: the running ones finish; twice: they are stopped) or SIGTERM.
        UserError: the results folder cannot be written.
    """
    store = RecordStore(request.results)
    store.write_manifest(plan.manifest)
    summary = Summary(planned=len(plan.runs))
    began = time.perf_counter()
    observer.planned(plan)
    for run in plan.runs:
        if run.done:
            _report_kept(run, store, observer, summary)
    todo = gathered([run for run in plan.runs if not run.done], plan.workspace.shared)
    executor = make_executor(plan.workspace, request, len(todo))
    try:
        with stopping() as stop:
            _drive(executor, todo, leaders(todo, plan.workspace.shared), observer, summary, stop)
    finally:
        summary.seconds = time.perf_counter() - began
        observer.closed()
    if stop.number:
        raise Interrupted(stop.number)
    return summary


def _report_kept(run: PlannedRun, store: RecordStore, observer: Observer, summary: Summary) -> None:
    record = store.read(run.key)
    summary.cached += 1
    summary.done += 1
    observer.finished(run, record.status, record.seconds, record.value, True, list(record.alarms), None)


def _drive(
    executor: Executor, todo: list[PlannedRun], waits: dict[str, frozenset[str]], observer: Observer, summary: Summary, stop: Stop
) -> None:
    """Hand out runs whose leaders have ended, and take in what ends, until nothing is left or a signal asks to stop."""
    by_key = {run.key: run for run in todo}
    waiting, ended = list(todo), set[str]()
    with executor:
        while waiting or executor.busy:
            if stop.now:
                executor.abandon()
                return
            if stop.number:
                waiting.clear()
            while waiting and executor.free:
                ready = next((run for run in waiting if waits[run.key] <= ended), None)
                if ready is None:
                    break
                waiting.remove(ready)
                observer.started(ready)
                executor.submit(ready, partial(observer.phase, ready))
            for finished in executor.collect():
                ended.add(finished.key)
                _take_in(by_key[finished.key], finished, observer, summary)


def _take_in(run: PlannedRun, finished: Finished, observer: Observer, summary: Summary) -> None:
    if finished.status == "done":
        summary.done += 1
    else:
        summary.failed += 1
        summary.failures.append((f"{run.label} {run.arm.name}", finished.error or finished.status))
    observer.finished(run, finished.status, finished.seconds, finished.value, False, finished.alarms, finished.error)


@dataclass
class Stop:
    """Which signal asked to stop, and whether at once."""

    number: int = 0
    now: bool = False


@contextmanager
def stopping() -> Iterator[Stop]:
    """SIGINT once: no further run starts and the running ones finish. Twice, or SIGTERM: stop now."""
    stop = Stop()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.now = bool(stop.number) or number == signal.SIGTERM
        stop.number = number
        if stop.now:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before: dict[int, Any] = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        if not stop.now:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
