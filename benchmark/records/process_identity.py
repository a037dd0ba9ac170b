"""Which process this is, and whether a process named elsewhere is certainly gone. Host names stay out: a host is a hash."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_MARK = re.compile(r"([0-9a-f]{12})-([0-9a-f]{12})-([0-9]{1,10})-([0-9]{1,24})")


@dataclass(frozen=True)
class ProcessIdentity:
    """A process on a machine.

    Args:
        host: hash of the machine and of the process namespace, 12 hex digits; process ids mean something only within one.
        boot: hash of the boot id, 12 hex digits.
        pid: the process id.
        start: when the process began, in ticks since the boot; compared only on its own host. It tells a process from a later one
            that was given the same id.
    """

    host: str
    boot: str
    pid: int
    start: int

    @property
    def mark(self) -> str:
        """As part of a file name."""
        return f"{self.host}-{self.boot}-{self.pid}-{self.start}"


def current_process() -> ProcessIdentity:
    """This process."""
    return _me(os.getpid())


@lru_cache(maxsize=2)
def _me(pid: int) -> ProcessIdentity:  # the id is an argument because a forked child inherits what is kept here
    return ProcessIdentity(_host(), _boot(), pid, started(pid) or 0)


def is_dead(other: ProcessIdentity) -> bool:
    """Whether a process has certainly ended: it ran on this host, and an earlier boot, or no process has its id, or a later one has.
    Of processes of other hosts nothing is known, so they are never called gone."""
    here = current_process()
    if other.host != here.host:
        return False
    if other.boot != here.boot:
        return True
    found = started(other.pid)
    return found != other.start and not (found is None and _hidden(other.pid))


def _hidden(pid: int) -> bool:
    """Whether a process lives that this one may not look at: another user's, where /proc is mounted with `hidepid`."""
    if os.name != "posix" or Path(f"/proc/{pid}").exists():  # what is seen there has ended: a zombie
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        pass
    return False


def parse_marker(name: str) -> ProcessIdentity | None:
    """The process whose mark is part of a file's name; None where there is none."""
    found = _MARK.search(name)
    return None if found is None else ProcessIdentity(found[1], found[2], int(found[3]), int(found[4]))


def started(pid: int) -> int | None:
    """When a process of this host began (its own clock ticks); None where none has this id, or it has ended and was not yet waited for."""
    # Not psutil's create_time: it adds the time of the boot by the wall clock, which a clock that is set shifts, and a living process
    # would count as another one.
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _started_elsewhere(pid)
    return None if fields[0] in "ZX" else int(fields[19])


def _started_elsewhere(pid: int) -> int | None:
    """The same on a system without /proc."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else int(process.create_time() * 1000)
    except psutil.NoSuchProcess:
        return None


@lru_cache(maxsize=1)
def _host() -> str:
    machine = next((text for name in ("/etc/machine-id", "/var/lib/dbus/machine-id") if (text := _read(name))), "")
    return _short(f"{machine}\n{platform.node()}\n{_namespace()}")


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


@lru_cache(maxsize=1)
def _boot() -> str:
    return _short(_read("/proc/sys/kernel/random/boot_id"))


def _read(name: str) -> str:
    try:
        return Path(name).read_text().strip()
    except OSError:
        return ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
