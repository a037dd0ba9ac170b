"""How many runs go at once: what was asked for, or as many as the cores and the memory of this machine allow."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmark.config.encoder import EncoderConfig
from benchmark.config.request import RunRequest
from benchmark.models.encoder_files import locate
from benchmark.records.spec import Compute

GIB = 2**30
BASE_BYTES = GIB  # of a worker: Python, torch and the data
WEIGHT_COPIES = 8  # weights, gradients, two moments of AdamW, and about as much again for activations
CGROUP = Path("/sys/fs/cgroup")  # where a container's limits stand (version 2)


@dataclass(frozen=True)
class WorkerCount:
    """How many runs go at once, and why."""

    count: int
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.count} worker{'s' * (self.count != 1)}{f' ({self.reason})' if self.reason else ''}"


def worker_count(request: RunRequest, compute: Compute, encoder: EncoderConfig, todo: int) -> WorkerCount:
    """The workers of a command that has `todo` runs left. Never more than those; one for each GPU, since its runs would share it."""
    if request.executor == "inline":
        return WorkerCount(1, "in this process")
    if request.workers != "auto":
        return WorkerCount(request.workers)
    if request.executor != "local":
        return WorkerCount(1, "auto: the size of the cluster is not known here; give --workers N")
    if compute.device != "cpu":
        return WorkerCount(1, f"auto: one for {compute.device}")
    cores, memory = usable_cores(), usable_memory()
    fits = int(memory // worker_bytes(encoder))
    threads = "" if compute.threads == 1 else f" of which a run takes {compute.threads}"
    reason = f"auto: {cores} core{'s' * (cores != 1)}{threads}, {memory / GIB:.0f} GiB"
    return WorkerCount(max(1, min(cores // compute.threads, fits, todo)), reason)


def worker_bytes(encoder: EncoderConfig) -> int:
    """Bytes of memory to expect of a worker, from the size of the encoder's weights."""
    folder = locate(encoder)
    weights = 0 if folder is None else sum(file.stat().st_size for file in Path(folder).glob("*.safetensors"))
    return BASE_BYTES + WEIGHT_COPIES * weights


def usable_cores() -> int:
    """Processor cores that this process may use: those it is bound to, within a container's share."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = (CGROUP / "cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, int(quota) // int(period)))
    return cores


def usable_memory() -> int:
    """Bytes of memory that new processes can take: what the system has free, within a container's limit."""
    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):
        limit, used = (CGROUP / "memory.max").read_text().strip(), (CGROUP / "memory.current").read_text()
        if limit != "max":
            free = min(free, max(0, int(limit) - int(used)))
    return free
