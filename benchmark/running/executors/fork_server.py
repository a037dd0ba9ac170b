"""The fork server, from which worker processes come. It imports torch once for all of them, and is forked before it has started a thread
of its own or touched a device. This module imports next to nothing, so that the server begins before a command's own heavy imports: the
two then go on beside each other."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from multiprocessing import forkserver
from types import ModuleType
from typing import Any

PRELOADED = "benchmark.running.machine.worker_imports"
# Elsewhere than on Linux system libraries do not bear a fork, and each worker imports torch itself.
PROCESSES: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
_starting = threading.Lock()


def prepare_workers(executor: str) -> None:
    """Begin what takes seconds and needs no plan: the imports of the worker processes, where the executor of a command has some."""
    if executor == "local":
        start_fork_server()


def start_fork_server() -> None:
    """Start the fork server, in a process of its own. Without effect where it runs already, or where there cannot be one."""
    if PROCESSES.get_start_method() == "forkserver":
        forkserver.set_forkserver_preload([PRELOADED])
        with without_main():
            forkserver.ensure_running()


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """While a process is started: hide the main module, which multiprocessing would else import again in the new process. A script that
    calls `benchmark.run` needs no `if __name__ == "__main__"` so."""
    main = sys.modules["__main__"]
    with _starting:
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
