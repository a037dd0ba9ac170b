"""Slurm job arrays, through submitit. An array element does many short runs, one after the other, and notes the end of each; the
driver reads the notes. An element that is preempted is requeued and goes on behind its last note."""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmark.errors import UserError
from benchmark.records.error_text import one_line
from benchmark.records.record import WORKER_DIED
from benchmark.running.executors.array_task import ArrayTask
from benchmark.running.executors.base import Executor, ExecutorSetup, Finished, Job, Limits, LostRun, PhaseProgress
from benchmark.running.executors.job_payload import not_fit, pack_payload
from benchmark.running.executors.pool import RETRIES

PACK = 20  # runs that one element gets at most: a job costs seconds to minutes in a queue, a run little more
LOOK = 1.0  # seconds between two looks at the notes
MINUTES = 240  # of an element, where runs have no time limit; one that needs longer is requeued and goes on
WHERE = ("slurm", "local", "debug")

Queue = Callable[[Path], Any]


@dataclass
class _ArrayRun:
    run: Job
    deaths: int = 0


@dataclass
class _Submitted:
    """An element in the queue or at work, with its runs that have not ended."""

    element: ArrayTask
    job: Any
    runs: dict[str, _ArrayRun] = field(default_factory=dict)


class SlurmArray(Executor):
    """At most `workers` elements at once.

    Args:
        queue: makes submitit's executor for a folder (see `queue_of`).
        gpu: whether an element needs a GPU.
    """

    def __init__(self, setup: ExecutorSetup, queue: Queue, gpu: bool = False) -> None:
        self.parcel, self.workers = pack_payload(setup), setup.workers
        self.folder = private(self.parcel.workspace.results / ".jobs" / self.parcel.token[:8])
        self._queue = queue(self.folder / "%j")
        self._queue.update_parameters(**asked_for(setup.limits, setup.threads, gpu), slurm_array_parallelism=setup.workers)
        self._buffer: list[_ArrayRun] = []
        self._submitted: list[_Submitted] = []

    @property
    def free(self) -> bool:
        return len(self._buffer) + sum(len(one.runs) for one in self._submitted) < self.workers * PACK

    @property
    def busy(self) -> bool:
        return bool(self._buffer or self._submitted)

    def submit(self, run: Job, progress: PhaseProgress) -> None:
        """Put a run into the next element. Its phases are not told: only its end is."""
        self._buffer.append(_ArrayRun(run))

    def collect(self) -> list[Finished]:
        """Submit what is waiting, then read the notes. A run whose element died under it goes again, at most twice.

        Raises:
            UserError: a node that cannot do runs, or an element that could not begin.
        """
        self._flush()
        ended: list[Finished] = []
        for one in list(self._submitted):
            over = one.job.done()  # before reading: its last notes come first
            ended += [note for note in one.element.notes() if one.runs.pop(note.key, None) is not None]
            if over:
                self._submitted.remove(one)
                ended += self._closed(one)
        if not ended:
            time.sleep(LOOK)
        return ended

    def abandon(self) -> None:
        for one in self._submitted:
            with contextlib.suppress(Exception):  # one that has just ended
                one.job.cancel(check=False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.abandon()
        self.parcel.token_file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.parent.rmdir()  # unless another driver's jobs are there

    def _flush(self) -> None:
        """One array for what is in the buffer, as far as there is room for elements."""
        room = min(self.workers - len(self._submitted), len(self._buffer))
        if room <= 0:
            return
        size = min(PACK, math.ceil(len(self._buffer) / room))
        parts = [self._buffer[start : start + size] for start in range(0, min(len(self._buffer), size * room), size)]
        self._buffer = self._buffer[sum(map(len, parts)) :]
        elements = [ArrayTask.of(self.parcel, [going.run.spec for going in part], self.folder) for part in parts]
        for element, part, job in zip(elements, parts, self._sent(elements), strict=True):
            self._submitted.append(_Submitted(element, job, {going.run.key: going for going in part}))

    def _sent(self, elements: list[ArrayTask]) -> list[Any]:
        from submitit.helpers import clean_env

        with clean_env(), self._queue.batch():
            return [self._queue.submit(element) for element in elements]

    def _closed(self, one: _Submitted) -> list[Finished]:
        """An element is over. What it did not end was cut off: the run that it was at is blamed, the others simply go again."""
        if trouble := _outcome(one):
            raise not_fit(f"The node of job {one.job.job_id}", trouble)
        ended = []
        for key, going in one.runs.items():
            going.deaths += one.element.begun(key)
            if going.deaths <= RETRIES:
                self._buffer.append(going)
            else:
                ended.append(self._record_lost(going))
        return ended

    def _record_lost(self, going: _ArrayRun) -> Finished:
        lost = LostRun("killed", WORKER_DIED, f"its array element died under it {going.deaths} times")
        return self.parcel.functions.record_lost(going.run.spec, self.parcel.workspace, lost)


def _outcome(one: _Submitted) -> str:
    """Why a node cannot do runs; "" for an element that came to its end, or died at a run."""
    try:
        return str(one.job.result())
    except Exception as error:  # submitit's own errors, for a job that was killed, failed or never began
        if any(one.element.begun(key) for key in one.runs) or not one.runs:
            return ""
        return f"Its job ended before it began a run: {one_line(str(error))}"


def private(folder: Path) -> Path:
    """A new folder that only its owner can open: job files are pickles, and whoever can write them can run code."""
    for place in (folder.parent, folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.chmod(0o700)
    return folder


def asked_for(limits: Limits, threads: int, gpu: bool) -> dict[str, Any]:
    """What one element asks Slurm for. sbatch reads the rest (SBATCH_PARTITION, SBATCH_ACCOUNT, ...) from the environment."""
    asked: dict[str, Any] = {"name": "benchmark", "cpus_per_task": threads, "gpus_per_node": int(gpu)}
    asked["timeout_min"] = MINUTES if limits.seconds is None else math.ceil(PACK * limits.seconds / 60) + 10
    if limits.bytes is not None:
        asked["mem_gb"] = math.ceil(limits.bytes / 10**9) + 1  # and one for the process that watches
    return asked


def queue_of(where: str) -> Queue:
    """What makes submitit's executor: `slurm`, or its stand-ins on this machine, `local` and `debug`.

    Raises:
        UserError: submitit is not installed, another name, or no Slurm here.
    """
    try:
        import submitit
    except ImportError as error:
        raise UserError(
            "--executor slurm was given, but submitit is not installed.", "It comes with the extra [slurm].", 'pip install -e ".[slurm]"'
        ) from error
    if where not in WHERE:
        raise UserError(f"--address {where!r} was given.", f"For --executor slurm: {', '.join(WHERE)}.", "Leave it out on a cluster.")
    if where == "slurm" and shutil.which("srun") is None:
        todo = "Start it where sbatch works; --address local tries the same jobs on this machine."
        raise UserError("--executor slurm was given, but this machine knows no srun.", "", todo)
    return lambda folder: submitit.AutoExecutor(folder=folder, cluster=where)
