"""What the fault tests share: drivers that start in milliseconds, and what a results folder holds.

A driver is forked from this process, which has imported everything, and then runs the command line as a user's would. So a life of a
driver costs no imports, and hundreds of kills fit into minutes. `spawned` starts one the slow and true way.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SEEDS = 3
ROWS = 3 * SEEDS  # three arms
PATIENCE = 120.0  # seconds that a driver may take before the harness calls it hung
TIMED = ("seconds",)  # the columns that may differ


def options(results: Path, cache: Path, workers: int = 0, seeds: int = SEEDS) -> list[str]:
    """The command line of the grid; without workers the runs are done in the driver's own process."""
    how = ["--workers", str(workers)] if workers else ["--executor", "inline"]
    where = ["--results", str(results), "--cache", str(cache), "--plugin", str(HERE / "slow_words.py")]
    return ["run", "--suite", str(HERE / "suite.toml"), "--profile", "smoke", "--seeds", str(seeds), *how, *where]


def undisturbed(folder: Path) -> list[dict[str, str]]:
    """The grid without a fault, run in this process, which has then imported all that a driver imports. Its frame."""
    from benchmark.cli.app import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(options(folder / "calm", folder / "calm-cache"))
    assert code == 0, said.getvalue()
    rows = frame(folder / "calm")
    assert len(rows) == ROWS
    assert {row["status"] for row in rows} == {"done"}
    return rows


@dataclass
class Driver:
    """A driver process: its id, and how it ended."""

    pid: int
    code: int | None = None
    _log: Path = field(default_factory=Path)

    def poll(self) -> int | None:
        """The exit code (negative: the signal that ended it); None while it lives."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit code. A driver that takes too long is killed, and the test fails."""
        deadline = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > deadline:
                self.send(signal.SIGKILL)
                raise AssertionError(f"a driver did not end within {seconds:.0f} s:\n{self.log()}")
            time.sleep(0.002)
        assert self.code is not None
        return self.code

    def send(self, number: int) -> None:
        """A signal, if it still lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def workers(self) -> list[int]:
        """Its child processes."""
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(self.pid).children()]
        return []

    def log(self) -> str:
        """What it printed."""
        return self._log.read_text(errors="replace")[-4000:]


def forked(arguments: list[str], log: Path, before: Callable[[], None] = lambda: None) -> Driver:
    """A driver as a fork of this process. `before` runs in it first."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Driver(pid, _log=log)
    code = 99
    try:
        os.setsid()
        printed = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w", 1, closefd=False), os.fdopen(2, "w", 1, closefd=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        _workers_by_fork()
        before()
        from benchmark.cli.app import main

        code = main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _workers_by_fork() -> None:
    """In a driver: its workers are forked too, and die with it as spawned ones do (which fork's inherited pipes would prevent)."""
    from benchmark.running.executors import fork_server, pool

    driver, serve = os.getpid(), pool.serve

    def dying_with_driver(*arguments: Any) -> None:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if os.getppid() == driver:
            serve(*arguments)

    pool.serve = dying_with_driver  # type: ignore[assignment, attr-defined]
    pool.PROCESSES = fork_server.PROCESSES = multiprocessing.get_context("fork")  # type: ignore[attr-defined]


def spawned(arguments: list[str], log: Path) -> Driver:
    """A driver as a user starts it, with workers as it starts them."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as printed:
        line = [sys.executable, "-m", "benchmark", *arguments]
        process = subprocess.Popen(line, stdout=printed, stderr=printed, env=environment, start_new_session=True)
    return Driver(process.pid, _log=log)


def frame(results: Path) -> list[dict[str, str]]:
    """The exported frame without what is timed."""
    from benchmark.records.frame import export

    rows = csv.DictReader(io.StringIO(export(results, "csv")[0].decode()))
    return [{name: value for name, value in row.items() if name not in TIMED} for row in rows]


def stamps(results: Path) -> dict[str, str]:
    """Key of every finished record -> which file it is. A record that is written again gets another stamp."""
    from benchmark.records.record import RunRecord
    from benchmark.records.store import RecordStore

    store = RecordStore(results)
    return {record.key: store.stamp(record.key) for record in store if isinstance(record, RunRecord) and record.status == "done"}


def strays(results: Path) -> Iterator[Path]:
    """Files that are no part of a finished results folder: half-written ones, claims."""
    for path in results.rglob("*"):
        if path.is_file() and (path.name.startswith(".") or "leases" in path.relative_to(results).parts):
            yield path
