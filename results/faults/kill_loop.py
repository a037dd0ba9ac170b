"""The kill loop: drivers and workers of one small grid die at random moments until the grid is done, again and again.

    python results/faults/kill_loop.py --kills 300 [--seed 0] [--out results/faults/kills.md]

A round is a fresh results folder. A life is one start of the command line in it; what dies, and when, is drawn. After every life each
finished record that stood before it must stand unchanged (none lost, none written twice), and after every round the exported frame must
equal that of the undisturbed grid in all but the timings, with nothing half-written left.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "faults"), str(ROOT)]

from harness import ROWS, Driver, forked, frame, options, stamps, strays, undisturbed  # noqa: E402


@dataclass
class Counts:
    """What a loop saw."""

    kills: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    lives: int = 0
    lost: int = 0
    doubled: int = 0
    unequal: int = 0
    left_over: int = 0
    repeated: int = 0  # runs that were taken over after a silence; a process that is dead on this host is not waited for
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or different."""
        return not (self.lost or self.doubled or self.unequal or self.left_over)

    def table(self) -> str:
        """Markdown."""
        rows = [(f"SIGKILL of {what}", count) for what, count in sorted(self.kills.items())]
        rows += [("kills in all", self.kills.total()), ("starts of a driver", self.lives), ("grids finished", self.rounds)]
        rows += [("records lost", self.lost), ("records written twice", self.doubled), ("frames that differ", self.unequal)]
        rows += [("files left half-written, claims left", self.left_over), ("runs repeated after a silence", self.repeated)]
        width = max(len(name) for name, _ in rows)
        lines = [f"| {'what':<{width}} | count |", f"|:{'-' * width}-|------:|"]
        return "\n".join([*lines, *(f"| {name:<{width}} | {count:>5} |" for name, count in rows)])


class Loop:
    """Rounds of lives, until enough was killed.

    Args:
        folder: an empty folder.
        seed: of what dies and when (the operating system's share of chance remains).
    """

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder, self.random, self.counts = folder, random.Random(seed), Counts()
        self.calm = undisturbed(folder)
        self.usual = 1.0  # seconds that an undisturbed life takes, as far as measured

    def run(self, kills: int, seconds: float = float("inf"), told: Callable[[str], None] = lambda line: None) -> Counts:
        """Rounds until so many kills are done, or so much time has passed."""
        began = time.monotonic()
        while self.counts.kills.total() < kills and time.monotonic() - began < seconds:
            self.round()
            self.counts.seconds = time.monotonic() - began
            told(f"{self.counts.kills.total()} kills, {self.counts.rounds} grids, {self.counts.seconds:.0f} s, sound: {self.counts.sound}")
        return self.counts

    def round(self) -> None:
        """One grid, killed until it is done."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        before: dict[str, str] = {}
        done = False
        while not done:
            self.counts.lives += 1
            done = self.random.choice([self.driver, self.driver, self.pair, self.worker, self.both, self.pool_driver])(place)
            after = stamps(place / "results")
            self.counts.lost += len(before.keys() - after.keys())
            self.counts.doubled += sum(after.get(key) not in (None, stamp) for key, stamp in before.items())
            before = after
        self.start(place).wait()  # the same command, once more and in peace
        self.counts.doubled += stamps(place / "results") != before
        self.counts.unequal += frame(place / "results") != self.calm or len(list((place / "results/records").glob("*/*.json"))) != ROWS
        self.counts.left_over += len(list(strays(place / "results")))
        self.counts.repeated += _repeats(place / "results")
        self.counts.rounds += 1
        shutil.rmtree(place)

    def start(self, place: Path, workers: int = 0, name: str = "log") -> Driver:
        """One life."""
        return forked(options(place / "results", place / "cache", workers), place / name)

    def driver(self, place: Path) -> bool:
        """A driver that does the runs itself dies."""
        driver = self.start(place)
        return self.kill_later(driver, lambda: [driver.pid], "a driver that runs in its own process")

    def pair(self, place: Path) -> bool:
        """Two drivers share the folder; one dies; the other one does the rest."""
        first, second = self.start(place, name="first"), self.start(place, name="second")
        self.kill_later(first, lambda: [first.pid], "one of two drivers at once")
        return second.wait() == 0

    def worker(self, place: Path) -> bool:
        """Workers of a pool die, one after the other."""
        driver = self.start(place, workers=2)
        for _ in range(3):
            self.kill_later(driver, lambda: self.random.sample(driver.workers(), 1), "a worker", wait=False)
        return driver.wait() == 0

    def both(self, place: Path) -> bool:
        """A driver and all its workers die at once."""
        driver = self.start(place, workers=2)
        return self.kill_later(driver, lambda: [*driver.workers(), driver.pid], "a driver and its workers")

    def pool_driver(self, place: Path) -> bool:
        """A driver dies; its workers end with it."""
        driver = self.start(place, workers=2)
        return self.kill_later(driver, lambda: [driver.pid], "a driver with workers")

    def kill_later(self, driver: Driver, who: Callable[[], list[int]], what: str, wait: bool = True) -> bool:
        """SIGKILL after a part of the time that a life takes; whether the driver came to a good end before that."""
        began, moment = time.monotonic(), self.random.random() * self.usual
        while driver.poll() is None and time.monotonic() - began < moment:
            time.sleep(0.002)
        if driver.poll() is None:
            self.counts.kills[what] += _kill(who)
        elif time.monotonic() - began > 0.05:
            self.usual = 0.5 * (self.usual + time.monotonic() - began)
        if not wait:
            return False
        code = driver.wait()
        assert code in (0, 1, -signal.SIGKILL), driver.log()
        return code == 0


def _kill(who: Callable[[], list[int]]) -> bool:
    """Kill; whether anything was there to be killed."""
    try:
        processes = who()
    except ValueError:  # no worker yet
        return False
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return bool(processes)


def _repeats(results: Path) -> int:
    from benchmark.records.record import RunRecord
    from benchmark.records.store import RecordStore

    return sum(int(record.notes.get("repeated", 0)) for record in RecordStore(results) if isinstance(record, RunRecord))


def main() -> int:
    """The loop by hand."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the table of counts here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-faults-") as folder:
        counts = Loop(Path(folder), given.seed).run(given.kills, told=lambda line: print(line, flush=True))
    command = f"python results/faults/kill_loop.py --kills {given.kills} --seed {given.seed}"
    text = f"{counts.table()}\n\nMade by `{command}` in {counts.seconds:.0f} s.\n"
    print(text)
    if given.out:
        given.out.write_text(f"# The kill loop\n\n{text}")
    return 0 if counts.sound else 1


if __name__ == "__main__":
    sys.exit(main())
