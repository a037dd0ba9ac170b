"""Which executor does the runs of a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.workspace import Workspace
from benchmark.running.executors.base import Executor, Job
from benchmark.running.executors.inline import Inline
from benchmark.running.executors.pool import LocalPool
from benchmark.running.limits import Limits


def make_executor(workspace: Workspace, request: RunRequest, todo: Sequence[Job]) -> Executor:
    """In this process for one worker, else a pool of processes, or a cluster; `todo`: the runs there are to do.

    Raises:
        UserError: an executor that is not installed, options that do not fit it, or a node that cannot do runs.
    """
    limits = Limits(request.time_limit, request.memory_limit)
    if not todo:
        return Inline(workspace)
    if request.executor == "ray":
        return _ray(workspace, request, limits, todo)
    if request.executor == "slurm":
        return _slurm(workspace, request, limits, todo)
    return _local(workspace, request, limits, todo)


def _local(workspace: Workspace, request: RunRequest, limits: Limits, todo: Sequence[Job]) -> Executor:
    if request.address is not None:
        raise UserError("--address was given without a cluster.", "It goes with --executor ray or slurm.", "Leave it out.")
    workers = min(request.workers, len(todo))
    if workers == 1 and not limits:  # a run in the driver's own process could not be ended
        return Inline(workspace)
    return LocalPool(replace(workspace, packed=workers > 1 and _gpu(todo)), workers, limits)


def _slurm(workspace: Workspace, request: RunRequest, limits: Limits, todo: Sequence[Job]) -> Executor:
    from benchmark.running.executors.slurm_array import WHERE, SlurmArray, queue_of

    where = request.address or WHERE[0]
    return SlurmArray(workspace, limits, request.workers, queue_of(where), _threads(todo), _gpu(todo))


def _ray(workspace: Workspace, request: RunRequest, limits: Limits, todo: Sequence[Job]) -> Executor:
    from benchmark.records.store import RecordStore
    from benchmark.running.executors.gpu_memory import measured_peak
    from benchmark.running.executors.ray_cluster import RayCluster
    from benchmark.running.executors.ray_nodes import connected

    peak = measured_peak(todo, RecordStore(request.results))
    return RayCluster(workspace, limits, min(request.workers, len(todo)), connected(request.address), _threads(todo), peak)


def _gpu(todo: Sequence[Job]) -> bool:
    return any(run.spec.compute.device.startswith("cuda") for run in todo)


def _threads(todo: Sequence[Job]) -> int:
    """Processor cores that a run takes at most."""
    return max((run.spec.compute.threads for run in todo), default=1)
