"""What an executor is: it takes runs and says which have ended. The run itself writes its record, so no executor can lose one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

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


class Executor(ABC):
    """Runs runs, somewhere. A context manager: leaving it ends its processes."""

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
