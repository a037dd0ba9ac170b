"""At a node of a cluster: one process that does runs one after the other, under the same limits and with the same retries as a pool
on one machine. Ray's actors and Slurm's array elements both hold one of these."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmark.records.spec import RunSpec
from benchmark.running.executors.base import ExecutorSetup, Finished
from benchmark.running.executors.job_payload import JobPayload, preflight_error, unpack_payload
from benchmark.running.executors.pool import LocalPool


@dataclass(frozen=True)
class NodeJob:
    """A run, as it comes to a node."""

    spec: RunSpec

    @property
    def key(self) -> str:
        """The spec's."""
        return self.spec.key


class Node:
    """Does the runs that one slot of a cluster gets. It keeps no state that a run depends on: it may die at any moment."""

    def __init__(self, parcel: JobPayload) -> None:
        self._parcel = parcel
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")  # made with mode 0700
        self._pool: LocalPool | None = None

    def trouble(self) -> str:
        """Why runs cannot be done here; "" where they can."""
        return preflight_error(self._parcel)

    def do(self, spec_json: str) -> dict[str, Any]:
        """Do one run and say how it ended, as the fields of a `Finished`."""
        if self._pool is None:
            workspace = unpack_payload(self._parcel, Path(self._folder.name))
            self._pool = LocalPool(ExecutorSetup(workspace, self._parcel.functions, 1, self._parcel.limits))
        self._pool.submit(NodeJob(RunSpec.model_validate_json(spec_json)), lambda name, done, planned: None)
        ended: list[Finished] = []
        while not ended:
            ended = self._pool.collect()
        return asdict(ended[0])

    def close(self) -> None:
        """End the process and remove the folder."""
        if self._pool is not None:
            self._pool.__exit__(None, None, None)
        self._folder.cleanup()


def probe_node(parcel: JobPayload) -> dict[str, Any]:
    """At a node, before the first run: its trouble, if any, and the memory of its smallest GPU in bytes (0: none, or not told)."""
    return {"trouble": preflight_error(parcel), "gpu_bytes": _gpu_bytes()}


def _gpu_bytes() -> int:
    """From the driver's own tool: CUDA itself would show only what this process may use, and take memory for it."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.split()
        return min((int(mebibytes) * 2**20 for mebibytes in told), default=0)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
