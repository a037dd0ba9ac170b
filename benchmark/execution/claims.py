"""Claims: which process is doing a run now, so that several drivers can work on one results folder.

claims/<key>/<token>    held: a beat counter, and which process holds it
claims/silent/<key>.<token>    taken over after a silence: the run is done again, and this counts it

A claim is made whole beside its place and renamed into it, which fails where another one stands. Every claim has a name of its own
(a random token), so whatever is done to a claim that somebody saw can never hit a later one: a takeover is a rename away of that
name, which exactly one process wins, and a holder that lost its claim finds the name gone.

A claim is stale at once when its process is gone on this host; else when an observer saw the same counter for `SILENCE` seconds of
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
from benchmark.records.files import below, check_hex
from benchmark.records.presence import Presence, gone, marked, me

BEAT = 10.0  # seconds between two beats of a holder
SILENCE = 60.0  # seconds without a beat after which an observer calls a claim stale
ATTEMPTS = 10  # at a place that is found stale or empty each time

_WIDTH = 20  # digits of the counter, so that a beat overwrites it in place
_ours: set[str] = set()  # tokens that this process holds now


class Holder(NamedTuple):
    """A claim as another process sees it. `process` is None where the file cannot be read."""

    key: str
    token: str
    beat: str
    process: Presence | None

    @property
    def is_gone(self) -> bool:
        """Whether its process has certainly ended, or is this one and holds it no longer."""
        if self.process is None:
            return False
        return self.token not in _ours if self.process == me() else gone(self.process)


@dataclass
class Claim:
    """A claim of this process. It beats from a thread of its own until it is released."""

    folder: Path
    key: str
    token: str
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def path(self) -> Path:
        """The claim's file."""
        return self.folder / self.key / self.token

    def kept(self) -> bool:
        """Whether it still is this process's: asked before a record is written."""
        return self.path.exists()

    def repeats(self) -> int:
        """How many holders of this run fell silent and were taken over."""
        return len(self._silent())

    def settled(self) -> None:
        """The record stands: forget the silent ones, which it counts."""
        for file in self._silent():
            file.unlink(missing_ok=True)

    def _silent(self) -> list[Path]:
        return [file for file in below(self.folder / "silent", 0) if file.name.startswith(f"{self.key}.")]

    def release(self) -> None:
        """Stop beating and remove the claim, unless another process has taken it over."""
        self._over.set()
        _ours.discard(self.token)
        with contextlib.suppress(OSError):  # taken over, or a folder that became read-only: then this process's end frees it
            self.path.unlink()
            self.path.parent.rmdir()

    def start(self) -> Claim:
        """Begin to beat."""
        threading.Thread(target=self._beat, name=f"claim {self.key[:8]}", daemon=True).start()
        return self

    def _beat(self) -> None:
        count = 0
        while not self._over.wait(BEAT):
            count += 1
            with contextlib.suppress(OSError):  # one that cannot be written is a silence
                beat(self.path, count)


def beat(path: Path, count: int) -> None:
    """Write a claim's counter in place, in one write; a claim that was taken over is not made anew."""
    opened = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(opened, f"{count:0{_WIDTH}d}".encode(), 0)
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def claimed(results: Path, key: str) -> Iterator[Claim | None]:
    """Hold the claim on a run for the length of a block; None where another live process holds it.

    Raises:
        UserError: the results folder cannot be written.
    """
    claim = acquire(results, key)
    try:
        yield claim
    finally:
        if claim is not None:
            claim.release()


def acquire(results: Path, key: str) -> Claim | None:
    """Claim a run, taking over what a process of this host that is gone left behind; None where it is held."""
    folder = results / "claims"
    place = folder / check_hex("key", key, 64)
    token = secrets.token_hex(8)
    beside = folder / f".{token}.{me().mark}"
    try:
        beside.mkdir(parents=True)
        (beside / token).write_text(f"{0:0{_WIDTH}d}\n{me().mark}\n")
        _ours.add(token)
        for _ in range(ATTEMPTS):
            if _moved(beside, place):
                return Claim(folder, key, token).start()
            there = holder(results, key)
            if there is not None and not there.is_gone:
                break
            if there is not None:
                take_over(results, there)
            _remove_empty(place)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if beside.exists():
            _ours.discard(token)
            shutil.rmtree(beside, ignore_errors=True)
    return None


def holder(results: Path, key: str) -> Holder | None:
    """Who holds a run, or None."""
    place = results / "claims" / check_hex("key", key, 64)
    try:
        for token in sorted(os.listdir(place)):
            count, _, process = (place / token).read_text().partition("\n")
            return Holder(key, token, count, marked(process))
    except (FileNotFoundError, NotADirectoryError):
        pass  # released between two looks
    return None


def take_over(results: Path, there: Holder, silent: bool = False) -> bool:
    """Take a stale claim away, so that the run is free. Exactly one of several processes is told True."""
    folder = results / "claims"
    away = folder / "silent" / f"{there.key}.{there.token}" if silent else folder / f".{there.token}.{me().mark}"
    try:
        away.parent.mkdir(exist_ok=True)
        os.rename(folder / there.key / there.token, away)
    except FileNotFoundError:
        return False
    if not silent:
        away.unlink(missing_ok=True)
    return True


def sweep(results: Path) -> None:
    """Remove what processes of this host that are gone left: their claims, and claims half made."""
    folder = results / "claims"
    if not folder.is_dir():
        return
    for entry in list(folder.iterdir()):
        if entry.name.startswith("."):
            owner = marked(entry.name)
            if owner is not None and gone(owner):
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
        elif len(entry.name) == 64:
            there = holder(results, entry.name)
            if there is not None and there.is_gone:
                take_over(results, there)
            _remove_empty(entry)
    _remove_empty(folder / "silent")


class Watch:
    """What one observer has seen of claims, by its own monotonic clock.

    Args:
        results: the results folder.
        clock: seconds that only ever grow.
    """

    def __init__(self, results: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.results, self.clock = results, clock
        self._seen: dict[str, tuple[Holder, float]] = {}

    def free(self, key: str) -> bool:
        """Whether a run can be begun: nobody holds it, or who held it is stale and was taken over by this call."""
        there = holder(self.results, key)
        if there is not None and not there.is_gone:
            seen, since = self._seen.get(key, (None, 0.0))
            if seen != there:
                self._seen[key] = there, self.clock()
                return False
            if self.clock() - since < SILENCE:
                return False
        self._seen.pop(key, None)
        if there is not None:
            take_over(self.results, there, silent=not there.is_gone)
        return holder(self.results, key) is None


def fallen_silent(results: Path, key: str) -> bool:
    """Free a run whose process is known to have died: wait until its claim is gone or silent (True), or beats (False).

    On the host of that process this takes no time; elsewhere `SILENCE` seconds, and a holder that lives shows within `BEAT`.
    """
    first, until = holder(results, key), time.monotonic() + SILENCE
    while (there := holder(results, key)) is not None:
        if there.is_gone or time.monotonic() >= until:
            take_over(results, there)
        elif there != first:
            return False
        else:
            time.sleep(min(BEAT, SILENCE) / 10)
    return True


def _moved(beside: Path, place: Path) -> bool:
    """Rename a claim into its place; False where one stands there already."""
    try:
        os.rename(beside, place)
    except OSError:
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
