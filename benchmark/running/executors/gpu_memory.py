"""How much of a GPU a run takes, from the records of earlier runs of the same kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore
from benchmark.running.executors.base import Job

MARGIN = 1.3  # on what was measured: the allocator holds more than is in use at once
CONTEXT = 10**9  # bytes that CUDA itself and the kernels take in every process, which no allocator counts


def measured_peak(todo: Sequence[Job], store: RecordStore) -> int | None:
    """Bytes of GPU memory that the runs took at most, by the records of their kinds; 0 where a kind has none, None where no run needs
    a GPU."""
    wanted = {_kind(run.spec) for run in todo if _on_gpu(run.spec)}
    if not wanted:
        return None
    peaks: dict[tuple[str, ...], int] = {}
    for record in store:
        if isinstance(record, RunRecord) and record.status == "done" and _on_gpu(record.spec):
            peak = max((phase.peak_bytes for phase in record.phases), default=0)
            peaks[_kind(record.spec)] = max(peak, peaks.get(_kind(record.spec), 0))
    return max(peaks.get(kind, 0) for kind in wanted) if all(peaks.get(kind) for kind in wanted) else 0


def share(peak: int, device: int) -> float:
    """The share of a GPU with `device` bytes for runs that took `peak` bytes, in hundredths; a whole one where either is not known."""
    if not peak or not device:
        return 1.0
    return min(1.0, math.ceil(100 * (peak * MARGIN + CONTEXT) / device) / 100)


def _on_gpu(spec: RunSpec) -> bool:
    return spec.compute.device.startswith("cuda")


def _kind(spec: RunSpec) -> tuple[str, ...]:
    """What memory depends on: method, encoder, precision, batch, longest input."""
    encoder = "" if spec.encoder is None else f"{spec.encoder.name}:{spec.encoder.max_length}"
    batch = "" if spec.budget is None else str(spec.budget.batch)
    return spec.method.name, encoder, spec.compute.precision, batch
