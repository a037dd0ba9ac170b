"""One run after another, in the driver's own process."""

from __future__ import annotations

from benchmark.execution.executors.base import Executor, Finished, Job, PhaseProgress
from benchmark.execution.workspace import Workspace


class Inline(Executor):
    """Runs each run when it is submitted."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._ended: list[Finished] = []

    @property
    def free(self) -> bool:
        return not self._ended

    @property
    def busy(self) -> bool:
        return bool(self._ended)

    def submit(self, run: Job, progress: PhaseProgress) -> None:
        from benchmark.execution.recording import execute

        self._ended.append(execute(run.spec, self.workspace, progress))

    def collect(self) -> list[Finished]:
        ended, self._ended = self._ended, []
        return ended
