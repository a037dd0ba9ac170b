"""A pool of processes on this machine. Each keeps its loaded encoder and data for the runs it gets; one that dies costs one run."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pebble import ProcessExpired, ProcessPool

from benchmark.execution.executors.base import Executor, Finished, PhaseProgress
from benchmark.execution.planned import PlannedRun
from benchmark.execution.workspace import Workspace

RETRIES = 2  # further attempts at a run whose worker died
PATIENCE = 0.2  # seconds between two looks at the futures


@dataclass
class _Going:
    run: PlannedRun
    future: Future[Finished]
    progress: PhaseProgress
    began: float
    deaths: int = 0


class LocalPool(Executor):
    """`workers` spawned processes. Only specs go in and only a few words come out: the worker writes the record itself."""

    def __init__(self, workspace: Workspace, workers: int) -> None:
        self.workspace, self.workers = workspace, workers
        self._notes = tempfile.TemporaryDirectory(prefix="benchmark-")
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(max_workers=workers, context=context, initializer=_begin, initargs=(os.getpid(), self._notes.name))
        self._going: dict[str, _Going] = {}

    @property
    def free(self) -> bool:
        return len(self._going) < self.workers

    @property
    def busy(self) -> bool:
        return bool(self._going)

    def submit(self, run: PlannedRun, progress: PhaseProgress) -> None:
        self._going[run.key] = _Going(run, self._schedule(run), progress, time.perf_counter())

    def collect(self) -> list[Finished]:
        """What ended; a run whose worker died goes again, at most twice."""
        time.sleep(PATIENCE)
        self._tell_progress()
        ended = []
        for key, going in list(self._going.items()):
            if going.future.done() and (finished := self._result(going)) is not None:
                del self._going[key]
                ended.append(finished)
        return ended

    def abandon(self) -> None:
        self._pool.stop()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and not self._going:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()
        self._notes.cleanup()

    def _schedule(self, run: PlannedRun) -> Future[Finished]:
        return self._pool.schedule(_work, args=(run.spec.model_dump_json(), self.workspace))

    def _result(self, going: _Going) -> Finished | None:
        """How a run ended; None when its worker died and it goes again."""
        try:
            return going.future.result()
        except ProcessExpired as died:
            going.deaths += 1
            if going.deaths <= RETRIES:
                going.future = self._schedule(going.run)
                return None
            reason = f"its worker died {going.deaths} times, the last time with exit code {died.exitcode}"
        except Exception as error:  # the worker could not even begin the run
            reason = f"{type(error).__name__}: {error}"
        from benchmark.execution.recording import record_killed

        return record_killed(going.run.spec, self.workspace, reason, time.perf_counter() - going.began)

    def _tell_progress(self) -> None:
        for note in Path(self._notes.name).glob("*.json"):
            try:
                key, name, done, planned = json.loads(note.read_text())
            except (OSError, ValueError):
                continue  # being rewritten; the next look will do
            if key in self._going:
                self._going[key].progress(name, done, planned)


_notes_folder = Path()


def _begin(driver: int, notes: str) -> None:
    """In a new worker: leave Ctrl-C to the driver, and end when the driver has."""
    global _notes_folder
    _notes_folder = Path(notes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(driver,), daemon=True).start()


def _end_with(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(0.5)
    os._exit(1)


def _work(spec_json: str, workspace: Workspace) -> Finished:
    from benchmark.execution.recording import execute
    from benchmark.records.spec import RunSpec
    from benchmark.registry import load_plugin

    for plugin in workspace.plugins:
        load_plugin(plugin)
    spec = RunSpec.model_validate_json(spec_json)
    return execute(spec, workspace, _note_taker(spec.key))


def _note_taker(key: str) -> PhaseProgress:
    """Progress through a small file, at most twice a second: a killed worker can leave no lock behind."""
    last = 0.0

    def note(name: str, done: int, planned: int) -> None:
        nonlocal last
        if time.perf_counter() - last > 0.5:
            last = time.perf_counter()
            file = _notes_folder / f"{os.getpid()}.json"
            with contextlib.suppress(OSError):  # progress is for people; a full disk shows where the record is written
                file.write_text(json.dumps([key, name, done, planned]))

    return note
