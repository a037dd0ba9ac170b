"""The driver of a command: it writes the manifest, then has every run done that is not computed yet, whatever becomes of the others."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any, Protocol

from benchmark.config.request import RunRequest
from benchmark.config.toml_files import load_suite
from benchmark.planning.adaptive.plan_sequence import plan_sequence
from benchmark.planning.dependencies import dependencies, group_by_shared_phase
from benchmark.planning.plan import Plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.records.atomic_files import remove_half_written
from benchmark.records.store import RecordStore
from benchmark.running import leases
from benchmark.running.executors.base import Executor, Finished
from benchmark.running.executors.choice import make_executor
from benchmark.running.executors.fork_server import prepare_workers
from benchmark.running.machine.provenance import git_state
from benchmark.running.repair import rescore, restore_shared_files
from benchmark.running.run_and_record import RUN_FUNCTIONS, as_finished, to_finished
from benchmark.running.run_queue import RunQueue

PAUSE = 0.2  # seconds between two looks while every run left is another driver's


class Observer(Protocol):
    """Is notified of what happens; all calls come from the driver process."""

    def planned(self, plan: Plan) -> None:
        """Before the first run."""

    def started(self, run: PlannedRun) -> None:
        """A run began."""

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None:
        """A phase of a run came this far."""

    def finished(self, run: PlannedRun, end: Finished, cached: bool) -> None:
        """A run ended; `cached`: it was already computed."""

    def closed(self) -> None:
        """After the last run."""


class Interrupted(Exception):
    """The command was interrupted (SIGINT) or terminated (SIGTERM); what had finished is kept."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@dataclass
class Summary:
    """How a command ended.

    Args:
        done: runs with a finished record, whoever made it.
        cached: those among them that were there before.
        failures: label and error of each run that failed, in the order in which they ended.
        elsewhere: runs that another driver did meanwhile, on the same results folder.
        errors: of every run that ended, by key, the failure; None: it is done.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    seconds: float = 0.0
    failures: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: int = 0
    errors: dict[str, tuple[str, str] | None] = field(default_factory=dict, repr=False)

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
    leases.remove_abandoned(request.results)
    remove_half_written(request.results, depth=2)
    restore_shared_files(store, [run.key for run in plan.runs if run.done], plan.workspace)
    rescored = rescore(store, plan.runs, plan.workspace)
    summary = Summary(planned=len(plan.runs))
    began = time.perf_counter()
    observer.planned(plan)
    for run in plan.runs:
        if run.kept is not None:
            summary.cached += run.done
            record = store.get(run.key) if run.key in rescored else None
            ended = as_finished(run.key, run.kept) if record is None else to_finished(record)
            _record_result(run, ended, observer, summary, there=True)
    todo = group_by_shared_phase([run for run in plan.runs if run.todo], plan.workspace.shared)
    waiting = RunQueue(todo, dependencies(todo, plan.workspace.shared), store, request.rerun)
    executor = make_executor(request, plan.workspace, todo, plan.workers.count, RUN_FUNCTIONS)
    try:
        with stopping() as stop:
            _drive(executor, waiting, observer, summary, stop)
    finally:
        summary.seconds = time.perf_counter() - began
        observer.closed()
    if stop.number:
        raise Interrupted(stop.number)
    return summary


def _drive(executor: Executor, waiting: RunQueue, observer: Observer, summary: Summary, stop: Stop) -> None:
    """Hand out runs and take in what ends, until nothing is left or a signal asks to stop."""
    going: dict[str, PlannedRun] = {}
    with executor:
        while waiting or executor.busy:
            if stop.now:
                executor.abandon()
                return
            if stop.number:
                waiting.clear()
            _dispatch(executor, waiting, going, observer, summary)
            ended = executor.collect()
            for finished in ended:
                run = going.pop(finished.key)
                if finished.status == "held":
                    waiting.put_back(run)
                else:
                    waiting.ended.add(run.key)
                    _record_result(run, finished, observer, summary)
            if not (ended or executor.busy):
                time.sleep(PAUSE)


def _dispatch(executor: Executor, waiting: RunQueue, going: dict[str, PlannedRun], observer: Observer, summary: Summary) -> None:
    """Fill the executor. What another driver has done meanwhile is taken in as it is."""
    while executor.free and (run := waiting.take()) is not None:
        record = waiting.made_elsewhere(run)
        if record is not None:
            waiting.ended.add(run.key)
            summary.elsewhere += 1
            _record_result(run, to_finished(record), observer, summary, there=True)
            continue
        going[run.key] = run
        observer.started(run)
        executor.submit(run, partial(observer.phase, run))


def _record_result(run: PlannedRun, finished: Finished, observer: Observer, summary: Summary, there: bool = False) -> None:
    """Count a run that ended; `there`: its record was made by an earlier command or by another driver."""
    failure = None if finished.status == "done" else (f"{run.label} {run.arm.name}", finished.error or finished.status)
    summary.errors[run.key] = failure
    if failure is None:
        summary.done += 1
    else:
        summary.failed += 1
        summary.failures.append(failure)
    observer.finished(run, finished, there)


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


def run_request(request: RunRequest, observer: Callable[[Plan], Observer]) -> tuple[Plan, Summary]:
    """Run all plans of a request. Returns the last one, which holds the runs to report, and how everything ended.

    Args:
        observer: told of each plan before it runs; gives the observer of its runs.
    """
    ended = run_plans(plan_sequence(request), request, observer)
    return ended[-1][0], _together(ended)


def run_plans(plans: Iterable[Plan], request: RunRequest, observer: Callable[[Plan], Observer]) -> list[tuple[Plan, Summary]]:
    """Run plans one after the other; each is asked for when the one before it has run. How each ended.

    Args:
        observer: as for `run_request`.
    """
    prepare_workers(request.executor)
    git_state()  # kept from here on: records of this process name the commit that was checked out when the command began
    ended: list[tuple[Plan, Summary]] = []
    for plan in plans:
        ended.append((plan, run_plan(plan, request, observer(plan))))
    return ended


def _together(ended: list[tuple[Plan, Summary]]) -> Summary:
    """One summary of several plans: a run that stands in two of them counts once, as it ended last."""
    first: dict[str, bool] = {}  # key -> whether it was there before the command
    errors: dict[str, tuple[str, str] | None] = {}
    for plan, summary in ended:
        for run in plan.runs:
            first.setdefault(run.key, run.done)
        errors |= summary.errors
    failures = [failure for failure in errors.values() if failure is not None]
    there = sum(first.values())
    computed = sum(summary.done - summary.cached for _, summary in ended)
    seconds = sum(summary.seconds for _, summary in ended)
    elsewhere = sum(summary.elsewhere for _, summary in ended)
    return Summary(len(first), there + computed, len(failures), there, seconds, failures, elsewhere, errors)


def preview_study(request: RunRequest) -> list[Plan]:
    """All plans of a study in stages, those that follow a search with the default settings until it has run; none for another suite.
    Runs nothing."""
    return list(plan_sequence(request)) if load_suite(request.suite).stage else []


def preview(request: RunRequest) -> Plan:
    """The first plan of a request with anything left to do, or its last one. Runs nothing."""
    plan = None
    for plan in plan_sequence(request):
        if any(run.todo for run in plan.runs):
            break
    assert plan is not None
    return plan
