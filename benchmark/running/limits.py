"""How much one run may take before it is ended."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from benchmark.records.record import Status


@dataclass(frozen=True)
class Limits:
    """What one run may take; None: as much as it likes. Neither is in a key: a run that stays under them is not changed by them.

    Args:
        seconds: from the moment its worker has begun it.
        bytes: resident memory of its worker.
    """

    seconds: float | None = None
    bytes: int | None = None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.seconds is not None or self.bytes is not None

    def over(self, pid: int, seconds: float) -> Over | None:
        """Which limit a run that goes on in the process `pid` for `seconds` is over."""
        if self.seconds is not None and seconds > self.seconds:
            return Over("timeout", "TimeLimit", f"it was ended after {seconds:.0f} s; --time-limit allows {self.seconds:g} s")
        if self.bytes is not None and (held := resident(pid)) > self.bytes:
            words = f"its worker held {held / 1e9:.2f} GB when it was ended; --memory-limit allows {self.bytes / 1e9:.2f} GB"
            return Over("failed", "MemoryLimit", words)
        return None


@dataclass(frozen=True)
class Over:
    """A limit that a run went over: what its record will say."""

    status: Status
    kind: str
    reason: str


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
