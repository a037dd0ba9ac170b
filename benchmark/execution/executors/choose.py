"""Which executor does the runs of a request."""

from __future__ import annotations

from benchmark.config.request import RunRequest
from benchmark.execution.executors.base import Executor
from benchmark.execution.executors.inline import Inline
from benchmark.execution.executors.pool import LocalPool
from benchmark.execution.workspace import Workspace


def make_executor(workspace: Workspace, request: RunRequest, todo: int) -> Executor:
    """In this process for one worker, else a pool of processes; `todo`: how many runs there are to do."""
    if request.workers == 1 or todo <= 1:
        return Inline(workspace)
    return LocalPool(workspace, min(request.workers, todo))
