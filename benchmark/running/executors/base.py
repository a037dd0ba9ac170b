"""What an executor is: it takes runs and says which have ended. It gets the functions that do a run and write its record handed in, so
that it knows nothing of either."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Protocol

import psutil

from benchmark.planning.workspace import Workspace
from benchmark.records.record import Status
from benchmark.records.spec import RunSpec

PhaseProgress = Callable[[str, int, int], None]


class Job(Protocol):
    """What an executor needs to know of a run; a `PlannedRun` is one."""

    @property
    def key(self) -> str:
        """The spec's."""

    @property
    def spec(self) -> RunSpec:
        """The run."""


@dataclass(frozen=True)
class Finished:
    """How a run ended, as far as the driver needs to know; the rest is in its record."""

    key: str
    status: str
    seconds: float = 0.0
    value: float | None = None
    alarms: list[str] = field(default_factory=list)
    error: str | None = None


class LostRun(NamedTuple):
    """A run that could not write its own record: its process died, or was ended because the run went over a limit.

    Args:
        status: what the record says.
        kind: the type of its error: `WorkerDied`, `TimeLimit`, `MemoryLimit`, or the class of what escaped from the run.
        reason: the error's message.
        seconds: since the run was handed out.
    """

    status: Status
    kind: str
    reason: str
    seconds: float = 0.0


@dataclass(frozen=True)
class RunFunctions:
    """What the engine hands to an executor. Functions of a module, so that they travel to another process by name.

    Args:
        perform: does a run and writes its record. It raises only where the record could not be written.
        record_lost: writes the record of a run whose process could not.
    """

    perform: Callable[[RunSpec, Workspace, PhaseProgress], Finished]
    record_lost: Callable[[RunSpec, Workspace, LostRun], Finished]


@dataclass(frozen=True)
class Limits:
    """What one run may take; None: without a limit. Neither is in a key: a run that stays under them is not changed by them.

    Args:
        seconds: from the moment its worker has begun it.
        bytes: resident memory of its worker.
    """

    seconds: float | None = None
    bytes: int | None = None

    def exceeded(self, pid: int, seconds: float) -> LostRun | None:
        """How a run in the process `pid` is recorded that is over a limit after `seconds`; None for one that is within all of them."""
        if self.seconds is not None and seconds > self.seconds:
            return LostRun("timeout", "TimeLimit", f"it was ended after {seconds:.0f} s; --time-limit allows {self.seconds:g} s")
        if self.bytes is not None and (held := resident_bytes(pid)) > self.bytes:
            reason = f"its worker held {held / 1e9:.2f} GB when it was ended; --memory-limit allows {self.bytes / 1e9:.2f} GB"
            return LostRun("failed", "MemoryLimit", reason)
        return None


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process holds; 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@dataclass(frozen=True)
class ExecutorSetup:
    """What an executor is made from.

    Args:
        workers: how many runs go at once, at most.
        threads: processor cores that a run takes at most.
    """

    workspace: Workspace
    functions: RunFunctions
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    threads: int = 1


class Executor(ABC):
    """Does runs, somewhere. A context manager: leaving it ends its processes."""

    @property
    @abstractmethod
    def free(self) -> bool:
        """Whether a further run can be taken now."""

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether a run is going on."""

    @abstractmethod
    def submit(self, run: Job, progress: PhaseProgress) -> None:
        """Take a run. Never raises for what the run does."""

    @abstractmethod
    def collect(self) -> list[Finished]:
        """The runs that ended since the last call; waits a moment if none did."""

    def abandon(self) -> None:
        """Stop what is running, now."""

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None
