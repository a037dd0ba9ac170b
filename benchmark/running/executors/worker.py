"""The process that does the runs of a pool, one after the other. It keeps its loaded encoder and data for the runs it gets.

Driver and worker talk over a pipe of their own, in JSON: no pickle, and no lock that a killed process could leave closed to others.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from benchmark.planning.workspace import Workspace
from benchmark.running.executors.base import Finished, PhaseProgress

BEGUN, PROGRESS, ENDED, RAISED = "begun", "progress", "ended", "raised"  # what a worker tells, in the order of a run
FOR_DRIVER = ("SIGINT", "SIGUSR1", "SIGUSR2")
PACE = 0.5  # seconds between two tellings of progress


def serve(pipe: Connection, workspace: Workspace) -> None:
    """In the new process: do every run that comes through the pipe, until it is closed. Signals to a whole group of processes, Ctrl-C
    and Slurm's warning, are left to the driver."""
    for name in FOR_DRIVER:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()
    while True:
        try:
            order = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        _tell(pipe, *_attempt(order.decode(), workspace, lambda *words: _tell(pipe, *words)))


def _end_with_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(1)


def _attempt(spec_json: str, workspace: Workspace, tell: Callable[..., None]) -> tuple[str, Any]:
    """Do one run; what to tell at its end."""
    try:
        return ENDED, asdict(_work(spec_json, workspace, tell))
    except BaseException as error:  # execute() records what a method raises; this is what it could not
        return RAISED, [type(error).__name__, str(error)]


def _work(spec_json: str, workspace: Workspace, tell: Callable[..., None]) -> Finished:
    from benchmark.plugins.registry import load_plugin
    from benchmark.records.spec import RunSpec
    from benchmark.running.run_and_record import run_and_record

    for plugin in workspace.plugins:
        load_plugin(plugin)
    spec = RunSpec.model_validate_json(spec_json)
    tell(BEGUN)
    return run_and_record(spec, workspace, _paced(tell))


def _paced(tell: Callable[..., None]) -> PhaseProgress:
    """Progress, at most once in `PACE` seconds."""
    last = 0.0

    def progress(name: str, done: int, planned: int) -> None:
        nonlocal last
        if time.monotonic() - last > PACE:
            last = time.monotonic()
            tell(PROGRESS, name, done, planned)

    return progress


def _tell(pipe: Connection, *words: Any) -> None:
    pipe.send_bytes(json.dumps(words).encode())
