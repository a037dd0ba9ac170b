"""How much of a GPU a run asks for: what runs of its kind were measured to take, with a margin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark.records.record import PhaseCost, RunRecord
from benchmark.records.spec import Compute
from benchmark.records.store import RecordStore
from benchmark.running.executors.gpu_memory import measured_peak, share
from benchmark.running.executors.node import NodeJob

GB = 10**9


def on_gpu(run: Any, seed: int = 0, **compute: Any) -> NodeJob:
    cuda = Compute(**({"device": "cuda", "precision": "bf16", "threads": 1} | compute))
    return NodeJob(run.spec.model_copy(update={"compute": cuda, "seed": seed}))


def keep(store: RecordStore, order: NodeJob, *peaks: int) -> None:
    phases = tuple(PhaseCost(name=f"phase {number}", peak_bytes=peak) for number, peak in enumerate(peaks))
    store.write(RunRecord(key=order.key, spec=order.spec, status="done", metrics={"accuracy": 0.5}, phases=phases))


def test_a_share_is_the_measured_peak_with_room_for_the_device_s_own(tmp_path: Path) -> None:
    assert share(7 * GB, 100 * GB) == 0.11  # 7 * 1.3 + 1, in hundredths, rounded up
    assert share(90 * GB, 100 * GB) == 1.0
    assert share(0, 100 * GB) == share(7 * GB, 0) == 1.0


def test_the_peak_is_that_of_the_hungriest_kind_to_do(plan_of: Callable[..., Any], tmp_path: Path) -> None:
    plan, _ = plan_of("ce,scl")
    ce, scl = (on_gpu(run) for run in sorted(plan.runs, key=lambda run: run.arm.name))
    store = RecordStore(tmp_path / "kept")
    assert measured_peak(list(plan.runs), store) is None
    assert measured_peak([ce], store) == 0
    keep(store, ce, 2 * GB, 5 * GB)
    keep(store, on_gpu(ce, seed=1), 4 * GB)
    assert measured_peak([on_gpu(ce, seed=2)], store) == 5 * GB
    assert measured_peak([ce, scl], store) == 0
    keep(store, scl, 6 * GB)
    assert measured_peak([ce, scl], store) == 6 * GB
    assert measured_peak([on_gpu(ce, precision="fp32")], store) == 0
