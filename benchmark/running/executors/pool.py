"""A pool of processes on this machine. One that dies, or whose run goes over a limit, costs that run alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass, field
from multiprocessing import connection
from types import TracebackType
from typing import Any

from benchmark.planning.workspace import Workspace
from benchmark.records.record import WORKER_DIED, Status
from benchmark.running.executors.base import Executor, ExecutorSetup, Finished, Job, LostRun, PhaseProgress, RunFunctions
from benchmark.running.executors.fork_server import PROCESSES, start_fork_server, without_main
from benchmark.running.executors.worker import BEGUN, ENDED, PROGRESS, RAISED, serve

RETRIES = 1  # further attempts at a run whose worker died
PATIENCE = 0.2  # seconds that `collect` waits at most, and between two looks at the limits
SHUTDOWN_TIMEOUT = 5.0  # seconds that a worker without a run gets to end by itself
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM) if os.name == "posix" else ()  # by which the system or a user ends a process


@dataclass
class _PoolRun:
    """A run that was handed out. `began`: when its worker reported its start, on this process's monotonic clock."""

    run: Job
    progress: PhaseProgress
    handed: float = field(default_factory=time.monotonic)
    began: float | None = None
    deaths: int = 0


class _Worker:
    """A worker process, its pipe, and the run that it is at."""

    def __init__(self, workspace: Workspace, functions: RunFunctions) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        arguments = (theirs, workspace, functions, dict(os.environ))
        self.process = PROCESSES.Process(target=serve, args=arguments, name="benchmark-worker")
        with without_main():
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
        messages = []
        with contextlib.suppress(EOFError, OSError):  # it died; its sentinel says so too
            while self.pipe.poll():
                messages.append(json.loads(self.pipe.recv_bytes()))
        return messages

    def end(self) -> None:
        """Kill it. What it had sent is still in the pipe."""
        self.process.kill()
        self.process.join()


class LocalPool(Executor):
    """At most `workers` processes. Only specs go in and only short messages come out: the worker writes the record itself."""

    def __init__(self, setup: ExecutorSetup) -> None:
        self.workspace, self.functions, self.workers, self.limits = setup.workspace, setup.functions, setup.workers, setup.limits
        self._pool: list[_Worker] = []
        start_fork_server()

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
        """What ended; returns as soon as a worker says something or dies. A run whose worker died goes again, once."""
        awaited = [worker.pipe for worker in self._pool if worker.going] + [worker.process.sentinel for worker in self._pool]
        connection.wait(awaited, timeout=PATIENCE)
        ended = []
        for worker in list(self._pool):
            over = self._over(worker)
            if over is not None:
                worker.end()
            alive = worker.process.is_alive()  # before reading: its last messages come first
            ended += [finished for message in worker.receive() if (finished := self._handle(worker, message)) is not None]
            if not alive and worker in self._pool and (finished := self._lost(worker, over)) is not None:
                ended.append(finished)
        return ended

    def abandon(self) -> None:
        for worker in self._pool:
            worker.end()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._pool:
            if worker.going is not None:
                worker.end()
            worker.pipe.close()
        until = time.monotonic() + SHUTDOWN_TIMEOUT
        for worker in self._pool:
            worker.process.join(max(0.0, until - time.monotonic()))
            worker.end()

    def _new_worker(self) -> _Worker:
        self._pool.append(_Worker(self.workspace, self.functions))
        return self._pool[-1]

    def _over(self, worker: _Worker) -> LostRun | None:
        going = worker.going
        if going is None or going.began is None or worker.process.pid is None:
            return None
        return self.limits.exceeded(worker.process.pid, time.monotonic() - going.began)

    def _handle(self, worker: _Worker, message: list[Any]) -> Finished | None:
        """Take in a message of a worker; a Finished if its run is over."""
        kind, *content = message
        going = worker.going
        assert going is not None
        if kind == BEGUN:
            going.began = time.monotonic()
        elif kind == PROGRESS:
            going.progress(*content)
        elif kind in (ENDED, RAISED):
            worker.going, worker.ended = None, worker.ended + 1
            result, changed = content
            if changed or kind == RAISED:  # the next run is to find a process like a new one; and the lease of a dead one is free at once
                self._retire(worker)
            return Finished(**result) if kind == ENDED else self._record_lost(going, LostRun("failed", *result))
        return None

    def _retire(self, worker: _Worker) -> None:
        self._pool.remove(worker)
        worker.pipe.close()
        worker.end()

    def _lost(self, worker: _Worker, over: LostRun | None) -> Finished | None:
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
        return self._record_lost(going, over or _death(going.deaths, worker.process.exitcode))

    def _record_lost(self, going: _PoolRun, lost: LostRun) -> Finished:
        return self.functions.record_lost(going.run.spec, self.workspace, lost._replace(seconds=time.monotonic() - going.handed))


def _death(times: int, code: int | None) -> LostRun:
    """How a run is recorded whose worker died: as failed where the process ended itself, as killed where a signal from outside did."""
    known = {int(number): number.name for number in signal.Signals}
    ended = f"by {known[-code]}" if code is not None and -code in known else f"with exit code {code}"
    status: Status = "killed" if code is not None and -code in FROM_OUTSIDE else "failed"
    return LostRun(status, WORKER_DIED, f"its worker process died {times} times, the last time {ended}")
