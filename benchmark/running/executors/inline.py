"""One run after another, in the driver's own process."""

from __future__ import annotations

from benchmark.planning.workspace import Workspace
from benchmark.running.executors.base import Executor, Finished, Job, PhaseProgress


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
        from benchmark.running.run_and_record import run_and_record

        self._ended.append(run_and_record(run.spec, self.workspace, progress))

    def collect(self) -> list[Finished]:
        ended, self._ended = self._ended, []
        return ended
