"""Planning and resuming a grid of ten thousand runs: in processor seconds of the driver, since other work on the machine is not its.

Modules, data and the encoder's hash are loaded before the clock starts: they cost the same for one run as for ten thousand.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.planning.plan import Plan, make_plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.records.record import PhaseCost, Predictions, RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.driver import run_plan

pytestmark = pytest.mark.performance

LIMIT = 5.0  # seconds
GRID: dict[str, Any] = {"suite": "glue-fewshot", "profile": "smoke", "shots": "8,20,100", "seeds": "124"}
METRICS = ("accuracy", "balanced_accuracy", "brier", "ece", "macro_f1", "macro_precision", "macro_recall", "mcc", "nll")


class Silent:
    def planned(self, plan: Plan) -> None: ...

    def started(self, run: PlannedRun) -> None:
        pytest.fail(f"{run.label} was started, although its record is there")

    def phase(self, run: PlannedRun, name: str, done: int, planned: int) -> None: ...

    def finished(self, *told: Any) -> None: ...

    def closed(self) -> None: ...


def request(results: Path, **more: Any) -> RunRequest:
    return RunRequest.parse(**GRID | {"results": results, "cache": results / "cache"} | more)


def record_of(run: PlannedRun) -> RunRecord:
    phases = [
        PhaseCost(name=part.name, key=key, seconds=0.5, forward=part.cost.forward, backward=part.cost.backward, log={"loss": [0.5] * 10})
        for part, key in zip(run.parts, run.phases, strict=True)
    ]
    return RunRecord(
        key=run.key,
        spec=run.spec,
        status="done",
        metrics=dict.fromkeys(METRICS, 0.5),
        dev_metrics=dict.fromkeys(METRICS, 0.5),
        predictions=Predictions.of([0] * run.n_test, run.spec.task.n_classes),
        phases=tuple(phases),
        env_id="f" * 64,
    )


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything imported and loaded that one run needs too."""
    make_plan(request(tmp_path_factory.mktemp("known"), seeds="1"))


@pytest.mark.usefixtures("known")
def test_ten_thousand_runs_are_planned_in_time(tmp_path: Path) -> None:
    began = time.process_time()
    plan = make_plan(request(tmp_path))
    took = time.process_time() - began
    print(f"\n{len(plan.runs)} runs, none there: planned in {took:.2f} s")
    assert len(plan.runs) > 10_000
    assert took < LIMIT


@pytest.mark.usefixtures("known")
def test_ten_thousand_runs_are_resumed_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda file: None)  # ten thousand records on disk at once: no part of what is measured
    store = RecordStore(tmp_path)
    for run in make_plan(request(tmp_path)).runs:
        store.write(record_of(run))
    began = time.process_time()
    plan = make_plan(request(tmp_path))
    planned = time.process_time() - began
    summary = run_plan(plan, request(tmp_path), Silent())
    took = time.process_time() - began
    print(f"\n{len(plan.runs)} runs, all there: planned in {planned:.2f} s, with the start and the end of `run` {took:.2f} s")
    assert summary.cached == len(plan.runs) > 10_000
    assert took < LIMIT
