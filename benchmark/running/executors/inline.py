"""One run after another in the driver's own process: for a debugger, and for methods that are defined in a notebook."""

from __future__ import annotations

from benchmark.running.executors.base import Executor, ExecutorSetup, Finished, Job, PhaseProgress
from benchmark.running.machine.process_state import process_state, restore_settings


class Inline(Executor):
    """Does each run when it is submitted. A method that kills its process takes the driver along; settings of the process that a run
    changed are put back after it."""

    def __init__(self, setup: ExecutorSetup) -> None:
        self.workspace, self.functions = setup.workspace, setup.functions
        self._ended: list[Finished] = []

    @property
    def free(self) -> bool:
        return not self._ended

    @property
    def busy(self) -> bool:
        return bool(self._ended)

    def submit(self, run: Job, progress: PhaseProgress) -> None:
        before = process_state()
        try:
            self._ended.append(self.functions.perform(run.spec, self.workspace, progress))
        finally:
            restore_settings(before)

    def collect(self) -> list[Finished]:
        ended, self._ended = self._ended, []
        return ended
