"""The choice of the executor that does the runs of a request, and the executor that is none: this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.workspace import Workspace
from benchmark.records.store import RecordStore
from benchmark.running.executors.base import Executor, ExecutorSetup, Finished, Job, Limits, PhaseProgress, RunFunctions
from benchmark.running.executors.pool import LocalPool
from benchmark.running.machine.process_state import process_state, restore_settings


class Inline(Executor):
    """One run after another in the driver's own process: for a debugger, and for methods that are defined in a notebook.
    A method that kills its process takes the driver along; settings of the process that a run changed are put back after it."""

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


def make_executor(request: RunRequest, workspace: Workspace, todo: Sequence[Job], workers: int, functions: RunFunctions) -> Executor:
    """A pool of processes on this machine (also for one worker and one run), a cluster, or this process.

    Args:
        todo: the runs there are to do; no more workers are started than there are of them.
        workers: how many runs go at once.

    Raises:
        UserError: an executor that is not installed, options that do not fit it, or a node that cannot do runs.
    """
    limits = Limits(request.time_limit, request.memory_limit)
    setup = ExecutorSetup(workspace, functions, workers, limits, max((run.spec.compute.threads for run in todo), default=1))
    if not todo:
        return Inline(setup)
    if request.executor == "ray":
        return _ray(request, replace(setup, workers=min(workers, len(todo))), todo)
    if request.executor == "slurm":
        return _slurm(request, setup, todo)
    if request.address is not None:
        raise UserError("--address was given without a cluster.", "It goes with --executor ray or slurm.", "Leave it out.")
    if request.executor == "inline":
        return _inline(request, setup)
    workers = min(workers, len(todo))
    return LocalPool(replace(setup, workers=workers, workspace=replace(workspace, packed=workers > 1 and _gpu(todo))))


def _inline(request: RunRequest, setup: ExecutorSetup) -> Executor:
    if setup.limits != Limits():
        raise UserError(
            f"{'--time-limit' if request.time_limit else '--memory-limit'} was given with --executor inline.",
            "A run in the command's own process cannot be ended.",
            "Leave out one of the two.",
        )
    return Inline(setup)


def _slurm(request: RunRequest, setup: ExecutorSetup, todo: Sequence[Job]) -> Executor:
    from benchmark.running.executors.slurm_array import WHERE, SlurmArray, queue_of

    return SlurmArray(setup, queue_of(request.address or WHERE[0]), _gpu(todo))


def _ray(request: RunRequest, setup: ExecutorSetup, todo: Sequence[Job]) -> Executor:
    from benchmark.running.executors.gpu_memory import measured_peak
    from benchmark.running.executors.ray_cluster import RayCluster
    from benchmark.running.executors.ray_nodes import connected

    peak = measured_peak(todo, RecordStore(request.results))
    return RayCluster(setup, connected(request.address), peak)


def _gpu(todo: Sequence[Job]) -> bool:
    return any(run.spec.compute.device.startswith("cuda") for run in todo)
