"""A pool of processes on this machine. One that dies, or whose run goes over a limit, costs that run alone."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing import connection
from types import TracebackType
from typing import Any

from benchmark.planning.workspace import Workspace
from benchmark.running.executors.base import Executor, Finished, Job, PhaseProgress
from benchmark.running.executors.worker import BEGUN, ENDED, PROGRESS, RAISED, serve
from benchmark.running.limits import Limits, Over

RETRIES = 2  # further attempts at a run whose worker died
PATIENCE = 0.2  # seconds that `collect` waits at most, and between two looks at the limits
SHUTDOWN_TIMEOUT = 5.0  # seconds that a worker without a run gets to end by itself

_processes = multiprocessing.get_context("spawn")


@dataclass
class _PoolRun:
    """A run that was handed out. `began`: when its worker told so, on this process's monotonic clock."""

    run: Job
    progress: PhaseProgress
    handed: float = field(default_factory=time.monotonic)
    began: float | None = None
    deaths: int = 0


class _Worker:
    """A worker process, its pipe, and the run that it is at."""

    def __init__(self, workspace: Workspace) -> None:
        self.pipe, theirs = _processes.Pipe()
        self.process = _processes.Process(target=serve, args=(theirs, workspace), name="benchmark-worker")
        self.process.start()
        theirs.close()
        self.going: _PoolRun | None = None
        self.ended = 0  # runs that it has finished

    def send(self, going: _PoolRun) -> None:
        """Hand out a run. A worker that is gone already is found by `collect`."""
        self.going, going.began = going, None
        with contextlib.suppress(OSError):
            self.pipe.send_bytes(going.run.spec.model_dump_json().encode())

    def receive(self) -> list[list[Any]]:
        """What it said since the last call."""
        words = []
        with contextlib.suppress(EOFError, OSError):  # it died; its sentinel says so too
            while self.pipe.poll():
                words.append(json.loads(self.pipe.recv_bytes()))
        return words

    def end(self) -> None:
        """Kill it. What it had said is still in the pipe."""
        self.process.kill()
        self.process.join()


class LocalPool(Executor):
    """At most `workers` spawned processes. Only specs go in and only a few words come out: the worker writes the record itself."""

    def __init__(self, workspace: Workspace, workers: int, limits: Limits | None = None) -> None:
        self.workspace, self.workers, self.limits = workspace, workers, limits or Limits()
        self._pool: list[_Worker] = []

    @property
    def free(self) -> bool:
        return sum(worker.going is not None for worker in self._pool) < self.workers

    @property
    def busy(self) -> bool:
        return any(worker.going is not None for worker in self._pool)

    def submit(self, run: Job, progress: PhaseProgress) -> None:
        idle = next((worker for worker in self._pool if worker.going is None and worker.process.is_alive()), None)
        (idle or self._new_worker()).send(_PoolRun(run, progress))

    def collect(self) -> list[Finished]:
        """What ended; returns as soon as a worker says something or dies. A run whose worker died goes again, at most twice."""
        awaited = [worker.pipe for worker in self._pool if worker.going] + [worker.process.sentinel for worker in self._pool]
        connection.wait(awaited, timeout=PATIENCE)
        ended = []
        for worker in list(self._pool):
            over = self._over(worker)
            if over is not None:
                worker.end()
            alive = worker.process.is_alive()  # before listening: its last words come first
            ended += [finished for words in worker.receive() if (finished := self._heard(worker, words)) is not None]
            if not alive and (finished := self._lost(worker, over)) is not None:
                ended.append(finished)
        return ended

    def abandon(self) -> None:
        for worker in self._pool:
            worker.end()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._pool:
            worker.pipe.close()
        until = time.monotonic() + SHUTDOWN_TIMEOUT
        for worker in self._pool:
            if worker.going is None:
                worker.process.join(max(0.0, until - time.monotonic()))
            worker.end()

    def _new_worker(self) -> _Worker:
        self._pool.append(_Worker(self.workspace))
        return self._pool[-1]

    def _over(self, worker: _Worker) -> Over | None:
        going = worker.going
        if going is None or going.began is None or worker.process.pid is None:
            return None
        return self.limits.over(worker.process.pid, time.monotonic() - going.began)

    def _heard(self, worker: _Worker, words: list[Any]) -> Finished | None:
        """Take in what a worker said; a Finished if its run is over."""
        kind, *rest = words
        going = worker.going
        assert going is not None
        if kind == BEGUN:
            going.began = time.monotonic()
        elif kind == PROGRESS:
            going.progress(*rest)
        elif kind == ENDED:
            worker.going, worker.ended = None, worker.ended + 1
            return Finished(**rest[0])
        elif kind == RAISED:
            name, message = rest[0]
            worker.going = None
            return self._recorded(going, Over("failed", name, message))
        return None

    def _lost(self, worker: _Worker, over: Over | None) -> Finished | None:
        """A worker is gone. Its run goes again in a new one, or is recorded."""
        self._pool.remove(worker)
        worker.pipe.close()
        going = worker.going
        if going is None:
            return None
        going.deaths += 1
        # What earlier runs of the same worker had left may have taken the memory: it is this run's own fault only in a fresh worker.
        innocent = over is None or (over.kind == "MemoryLimit" and worker.ended > 0)
        if innocent and going.deaths <= RETRIES:
            self._new_worker().send(going)
            return None
        died = f"its worker died {going.deaths} times, the last time with exit code {worker.process.exitcode}"
        return self._recorded(going, over or Over("killed", "WorkerDied", died))

    def _recorded(self, going: _PoolRun, end: Over) -> Finished:
        from benchmark.running.run_and_record import record_killed

        return record_killed(going.run.spec, self.workspace, end.reason, time.monotonic() - going.handed, end.status, end.kind)
