"""What the pool adds to a run when its workers are reused: under 100 ms, whatever else the run takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from benchmark.config.request import RunRequest
from benchmark.planning.plan import Plan, make_plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.running.executors.base import Executor, ExecutorSetup
from benchmark.running.executors.choice import Inline
from benchmark.running.executors.pool import LocalPool
from benchmark.running.run_and_record import RUN_FUNCTIONS

RUNS = 30
ALLOWED = 0.100  # seconds a run


def test_a_reused_worker_adds_less_than_a_tenth_of_a_second_to_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inline, pooled = plan_in(tmp_path / "inline"), plan_in(tmp_path / "pool")
    alone = seconds_a_run(Inline(ExecutorSetup(inline.workspace, RUN_FUNCTIONS)), inline.runs)
    with LocalPool(ExecutorSetup(pooled.workspace, RUN_FUNCTIONS)) as pool:
        together = seconds_a_run(pool, pooled.runs)
    with capsys.disabled():
        print(f"\n  a trivial run: {1e3 * alone:.1f} ms in this process, {1e3 * together:.1f} ms in the pool (medians of {RUNS})")
    assert together - alone < ALLOWED


def plan_in(folder: Path) -> Plan:
    """`majority` on as many splits: data from memory, no encoder, a record each."""
    request = RunRequest.parse(
        suite="glue-fewshot", profile="smoke", methods="majority", tasks="sst2", seeds=RUNS + 1, results=folder, cache=folder / "cache"
    )
    return make_plan(request)


def seconds_a_run(executor: Executor, runs: Sequence[PlannedRun]) -> float:
    """From handing a run out to its end, one at a time; the first one, which loads everything, does not count."""
    took = []
    for run in runs:
        began = time.perf_counter()
        executor.submit(run, lambda name, done, planned: None)
        while not executor.collect():
            pass
        took.append(time.perf_counter() - began)
    return median(took[1:])
