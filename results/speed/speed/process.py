"""Running a program whole, from the start of its process to its end, and what that took."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from speed.setting import FOLDER, ROOT, Setting, environment

SET_CHILD_SUBREAPER = 36  # of prctl(2)


class ProgramFailed(RuntimeError):
    """A measured program ended with an error: there is no time to report."""


@dataclass(frozen=True)
class Spent:
    """What a program took.

    Args:
        seconds: wall-clock, interpreter start and imports included.
        cpu_seconds: of all its processes.
        peak_bytes: highest resident set of its largest process.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def timed(command: Sequence[str], threads: int) -> tuple[Spent, str]:
    """Run a command to its end. Returns what it took and what it printed.

    Raises:
        ProgramFailed: it did not exit with 0; the message ends with its last lines.
    """
    already = _adopting_children()
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment(threads), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        with process.stdout as pipe:
            printed = pipe.read()
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:  # an interrupted comparison leaves no program behind
        process.kill()
        process.wait()
        raise
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProgramFailed(f"{Path(command[1]).name} ended with {process.returncode}:\n{printed[-3000:]}")
    used = [usage, *(os.wait4(pid, 0)[2] for pid in _adopting_children() - already)]
    cpu_seconds = sum(one.ru_utime + one.ru_stime for one in used)
    return Spent(seconds, cpu_seconds, max(one.ru_maxrss for one in used) * 1024), printed


def _adopting_children() -> set[int]:
    """This process's children. On Linux, orphans of a program that it started become its children too: a fork server ends after the
    program that asked for it, and what it and its workers used is counted where it is waited for."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)
    return {child.pid for child in psutil.Process().children()}


def script(name: str, job: dict[str, Any], setting: Setting) -> tuple[Spent, dict[str, Any]]:
    """Run a script of this folder (`peers/stock_trainer.py`) on a job, and read its answer."""
    folder = setting.folder("job")
    told, answer = folder / "job.json", folder / "answer.json"
    told.write_text(json.dumps(job | {"scratch": str(folder)}), encoding="utf-8")
    spent, _ = timed([sys.executable, str(FOLDER / name), str(told), str(answer)], setting.threads)
    return spent, json.loads(answer.read_text(encoding="utf-8"))
