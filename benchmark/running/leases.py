"""Leases: which process is doing a run now, so that several drivers can work on one results folder.

leases/<key>/<token>    held: a beat counter, and which process holds it
leases/expired/<key>.<token>    taken over after its timeout: the run is done again, and this counts it

A lease is made whole beside its place and renamed into it, which fails where another one stands. Every lease has a name of its own
(a random token), so whatever is done to a lease that somebody saw can never hit a later one: a takeover is a rename away of that
name, which exactly one process wins, and a holder that lost its lease finds the name gone.

A lease is stale at once when its process is gone on this host; else when an observer saw the same counter for `LEASE_TIMEOUT` seconds of
its own monotonic clock. Times are never compared between machines.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmark.errors import UserError
from benchmark.records.atomic_files import below, check_hex
from benchmark.records.process_identity import ProcessIdentity, current_process, is_dead, parse_marker

FOLDER = "leases"  # of a results folder
HEARTBEAT = 10.0  # seconds between two beats of a holder
LEASE_TIMEOUT = 60.0  # seconds without a beat after which an observer calls a lease stale
ATTEMPTS = 10  # at a place that is found stale or empty each time

_WIDTH = 20  # digits of the counter, so that a beat overwrites it in place
_ours: set[str] = set()  # tokens that this process holds now


class LeaseHolder(NamedTuple):
    """A lease as another process sees it. `process` is None where the file cannot be read."""

    key: str
    token: str
    beat: str
    process: ProcessIdentity | None

    @property
    def is_gone(self) -> bool:
        """Whether its process has certainly ended, or is this one and holds it no longer."""
        if self.process is None:
            return False
        return self.token not in _ours if self.process == current_process() else is_dead(self.process)


@dataclass
class Lease:
    """A lease of this process. It beats from a thread of its own until it is released."""

    folder: Path
    key: str
    token: str
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def path(self) -> Path:
        """The lease's file."""
        return self.folder / self.key / self.token

    def is_held(self) -> bool:
        """Whether it still is this process's: asked before a record is written."""
        return self.path.exists()

    def n_expired(self) -> int:
        """How many leases on this run expired and were taken over."""
        return len(self._expired())

    def clear_expired(self) -> None:
        """The record stands: forget the expired ones, which it counts."""
        for file in self._expired():
            file.unlink(missing_ok=True)

    def _expired(self) -> list[Path]:
        return [file for file in below(self.folder / "expired", 0) if file.name.startswith(f"{self.key}.")]

    def release(self) -> None:
        """Stop beating and remove the lease, unless another process has taken it over."""
        self._over.set()
        _ours.discard(self.token)
        with contextlib.suppress(OSError):  # taken over, or a folder that became read-only: then this process's end frees it
            self.path.unlink()
            self.path.parent.rmdir()

    def start(self) -> Lease:
        """Begin to beat."""
        threading.Thread(target=self._beat, name=f"lease {self.key[:8]}", daemon=True).start()
        return self

    def _beat(self) -> None:
        count = 0
        while not self._over.wait(HEARTBEAT):
            count += 1
            with contextlib.suppress(OSError):  # a heartbeat that cannot be written counts as missed
                heartbeat(self.path, count)


def heartbeat(path: Path, count: int) -> None:
    """Write a lease's counter in place, in one write; a lease that was taken over is not made again."""
    opened = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(opened, f"{count:0{_WIDTH}d}".encode(), 0)
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def leased(results: Path, key: str) -> Iterator[Lease | None]:
    """Hold the lease on a run for the length of a block; None where another live process holds it.

    Raises:
        UserError: the results folder cannot be written.
    """
    lease = acquire(results, key)
    try:
        yield lease
    finally:
        if lease is not None:
            lease.release()


def acquire(results: Path, key: str) -> Lease | None:
    """Lease a run, taking over what a process of this host that is gone left behind; None where it is held."""
    folder = results / FOLDER
    place = folder / check_hex("key", key, 64)
    token = secrets.token_hex(8)
    beside = folder / f".{token}.{current_process().mark}"
    try:
        beside.mkdir(parents=True)
        (beside / token).write_text(f"{0:0{_WIDTH}d}\n{current_process().mark}\n")
        _ours.add(token)
        for _ in range(ATTEMPTS):
            if _moved(beside, place, token):
                return Lease(folder, key, token).start()
            there = holder(results, key)
            if there is not None and not there.is_gone:
                break
            if there is not None:
                steal_expired(results, there)
            _remove_empty(place)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if beside.exists():
            _ours.discard(token)
            shutil.rmtree(beside, ignore_errors=True)
    return None


def holder(results: Path, key: str) -> LeaseHolder | None:
    """Who holds a run, or None."""
    place = results / FOLDER / check_hex("key", key, 64)
    try:
        for token in sorted(os.listdir(place)):
            count, _, process = (place / token).read_text(errors="replace").partition("\n")
            return LeaseHolder(key, token, count, parse_marker(process))
    except (FileNotFoundError, NotADirectoryError):
        pass  # released between two looks
    return None


def steal_expired(results: Path, there: LeaseHolder, expired: bool = False) -> bool:
    """Take a stale lease away, so that the run is free. Exactly one of several processes gets True."""
    folder = results / FOLDER
    away = folder / "expired" / f"{there.key}.{there.token}" if expired else folder / f".{there.token}.{current_process().mark}"
    try:
        away.parent.mkdir(exist_ok=True)
        os.rename(folder / there.key / there.token, away)
    except FileNotFoundError:
        if expired or not away.exists():  # else the rename was done, and only its reply was lost
            return False
    if not expired:
        away.unlink(missing_ok=True)
    return True


def remove_abandoned(results: Path) -> None:
    """Remove what processes of this host that are gone left: their leases, and leases half made."""
    folder = results / FOLDER
    if not folder.is_dir():
        return
    for entry in list(folder.iterdir()):
        if entry.name.startswith("."):
            owner = parse_marker(entry.name)
            if owner is not None and is_dead(owner):
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
        elif len(entry.name) == 64:
            there = holder(results, entry.name)
            if there is not None and there.is_gone:
                steal_expired(results, there)
            _remove_empty(entry)
    _remove_empty(folder / "expired")


class LeaseWatch:
    """What one observer has seen of leases, by its own monotonic clock.

    Args:
        results: the results folder.
        clock: seconds that only ever grow.
    """

    def __init__(self, results: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.results, self.clock = results, clock
        self._seen: dict[str, tuple[LeaseHolder, float]] = {}

    def free(self, key: str) -> bool:
        """Whether a run can be begun: nobody holds it, or who held it is stale and was taken over by this call."""
        there = holder(self.results, key)
        if there is not None and not there.is_gone:
            seen, since = self._seen.get(key, (None, 0.0))
            if seen != there:
                self._seen[key] = there, self.clock()
                return False
            if self.clock() - since < LEASE_TIMEOUT:
                return False
        self._seen.pop(key, None)
        if there is not None:
            steal_expired(self.results, there, expired=not there.is_gone)
        return holder(self.results, key) is None


def wait_until_expired(results: Path, key: str) -> bool:
    """Free a run whose process is known to have died: wait until its lease is gone or expired (True), or beats (False).

    On the host of that process this takes no time; elsewhere `LEASE_TIMEOUT` seconds, and a holder that lives shows within `HEARTBEAT`.
    """
    first, until = holder(results, key), time.monotonic() + LEASE_TIMEOUT
    while (there := holder(results, key)) is not None:
        if there.is_gone or time.monotonic() >= until:
            steal_expired(results, there)
        elif there != first:
            return False
        else:
            time.sleep(min(HEARTBEAT, LEASE_TIMEOUT) / 10)
    return True


def _moved(beside: Path, place: Path, token: str) -> bool:
    """Rename a lease into its place; False where another one stands."""
    try:
        os.rename(beside, place)
    except OSError:
        if (place / token).exists():  # a network file system may report a failure of a rename that was done
            return True
        if place.exists():
            return False
        raise
    return True


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _unwritable(folder: Path, error: OSError) -> UserError:
    return UserError(
        f"{folder} cannot be written: {error.strerror or error}.",
        "A results folder must be writable and have room.",
        "Free some space or give another folder with --results; what was stored before is untouched.",
    )
