"""The worker process, which does the runs of a pool one after the other. It keeps its loaded encoder and data for the runs it gets.

Driver and worker talk over a pipe of their own, in JSON: no pickle, and no lock that a killed process could leave closed to others.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from benchmark.planning.workspace import Workspace
from benchmark.running.executors.base import Finished, PhaseProgress, RunFunctions
from benchmark.running.machine.process_state import changed_settings, process_state

BEGUN, PROGRESS, ENDED, RAISED = "begun", "progress", "ended", "raised"  # what a worker sends, in the order of a run
FOR_DRIVER = ("SIGINT", "SIGUSR1", "SIGUSR2")
PACE = 0.5  # seconds between two reports of progress


def serve(pipe: Connection, workspace: Workspace, functions: RunFunctions, environment: Mapping[str, str]) -> None:
    """In the new process: do every run that comes through the pipe, until it is closed. Signals to a whole group of processes, Ctrl-C
    and Slurm's warning, are left to the driver.

    The last message about a run names the settings of the process that it changed (see `process_state`): such a process is no longer
    like a new one, and the driver replaces it.

    Args:
        environment: the driver's environment variables; a fork server may have been started under others.
    """
    _take_environment(environment)
    with contextlib.suppress(OSError):  # a command without one of the two
        os.dup2(2, 1)  # what a method prints is no part of the command's output
    for name in FOR_DRIVER:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()
    while True:
        try:
            order = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        kind, content, changed = _attempt(order.decode(), workspace, functions, lambda *message: _send(pipe, *message))
        _send(pipe, kind, content, changed)


def _take_environment(environment: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _end_with_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(1)


def _attempt(spec_json: str, workspace: Workspace, functions: RunFunctions, send: Callable[..., None]) -> tuple[str, Any, list[str]]:
    """Do one run: the kind and content of the message at its end, and the settings of this process that it changed."""
    from benchmark.plugins.plugin_loading import load_plugin
    from benchmark.records.spec import RunSpec

    try:
        for plugin in workspace.plugins:
            load_plugin(plugin, edited=False)
        spec = RunSpec.model_validate_json(spec_json)
    except BaseException as error:
        return RAISED, [type(error).__name__, str(error)], []
    before = process_state()
    send(BEGUN)
    try:
        finished: Finished = functions.perform(spec, workspace, _paced(send))
    except BaseException as error:  # what a method raises is in its record; this is a record that could not be written
        return RAISED, [type(error).__name__, str(error)], changed_settings(before)
    return ENDED, asdict(finished), changed_settings(before)


def _paced(send: Callable[..., None]) -> PhaseProgress:
    """Progress, at most once in `PACE` seconds."""
    last = 0.0

    def progress(name: str, done: int, planned: int) -> None:
        nonlocal last
        if time.monotonic() - last > PACE:
            last = time.monotonic()
            send(PROGRESS, name, done, planned)

    return progress


def _send(pipe: Connection, *message: Any) -> None:
    """Nothing is raised where the driver has gone: this process ends with it, and no run fails for it."""
    with contextlib.suppress(OSError):
        pipe.send_bytes(json.dumps(message).encode())
