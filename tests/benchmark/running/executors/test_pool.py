"""A pool of processes: what one worker suffers costs one run, limits hold, and nothing outlives the driver."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmark.errors import UserError
from benchmark.records.store import RecordStore
from benchmark.running.executors.choice import make_executor
from benchmark.running.executors.inline import Inline
from benchmark.running.executors.pool import LocalPool
from benchmark.running.limits import Limits

PlanOf = Callable[..., tuple[Any, Any]]
GB = 10**9

pytestmark = pytest.mark.slow  # each starts processes that import torch


def test_a_run_over_a_limit_is_ended_and_recorded_and_the_next_ones_go_on(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority,sleeps,hoards,tfidf")
    runs = {run.arm.name: run for run in plan.runs}
    with LocalPool(plan.workspace, 1) as pool:
        _one(pool, runs["majority"])
        pool.limits = Limits(seconds=1)
        (slow,) = _one(pool, runs["sleeps"])
        pool.limits = Limits(bytes=GB)
        (large,) = _one(pool, runs["hoards"])
        (other,) = _one(pool, runs["tfidf"])
    assert (slow.status, large.status, other.status) == ("timeout", "failed", "done")
    store = RecordStore(request.results)
    errors = [store.read(runs[name].key).error for name in ("sleeps", "hoards")]
    assert [error.type for error in errors if error] == ["TimeLimit", "MemoryLimit"]
    assert "--time-limit allows 1 s" in slow.error
    assert "--memory-limit allows 1.00 GB" in large.error


def test_a_run_is_not_blamed_for_the_memory_that_earlier_ones_left_in_its_worker(plan_of: PlanOf) -> None:
    plan, request = plan_of("leaves-memory,breathes", memory_limit="1GB", workers=1)
    runs = {run.arm.name: run for run in plan.runs}
    with make_executor(plan.workspace, request, plan.runs) as pool:
        pool.limits = Limits()
        assert [run.status for run in _one(pool, runs["leaves-memory"])] == ["done"]
        pool.limits = Limits(bytes=GB)
        assert [run.status for run in _one(pool, runs["breathes"])] == ["done"]


def test_a_worker_that_dies_while_idle_costs_nothing(plan_of: PlanOf) -> None:
    plan, _ = plan_of("majority", seeds="3")
    first, second, third = plan.runs
    with LocalPool(plan.workspace, 1) as pool:
        assert [run.status for run in _one(pool, first)] == ["done"]
        (worker,) = _workers(psutil.Process())
        worker.kill()
        assert [run.status for run in _one(pool, second)] == ["done"]
        assert [run.status for run in _one(pool, third)] == ["done"]


def test_a_run_goes_again_after_its_worker_died_and_is_recorded_after_the_third_time(plan_of: PlanOf) -> None:
    plan, _ = plan_of("dies,exits")
    with LocalPool(plan.workspace, 1) as pool:
        dies, exits = (_one(pool, run)[0] for run in sorted(plan.runs, key=lambda run: run.arm.name))
    assert (dies.status, exits.status) == ("killed", "failed")
    assert "died 3 times, the last time with exit code -9" in dies.error
    assert "SystemExit: enough" in exits.error


def test_workers_are_reused(plan_of: PlanOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pids").mkdir()
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    plan, _ = plan_of("tells-its-process", seeds="4")
    with LocalPool(plan.workspace, 2) as pool:
        for run in plan.runs:
            _one(pool, run)
    assert len(list((tmp_path / "pids").iterdir())) == 1


def test_abandoning_ends_what_is_running(plan_of: PlanOf) -> None:
    plan, _ = plan_of("sleeps")
    with LocalPool(plan.workspace, 1) as pool:
        pool.submit(plan.runs[0], lambda *told: None)
        (worker,) = _workers(psutil.Process())
        pool.abandon()
    assert not worker.is_running()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_no_worker_outlives_a_driver_that_is_killed(tmp_path: Path, plugin: Path) -> None:
    command = [sys.executable, "-m", "benchmark", "run", "--suite", "glue-fewshot", "--profile", "smoke", "--tasks", "sst2"]
    places = ["--results", str(tmp_path / "r"), "--cache", str(tmp_path / "c"), "--plugin", str(plugin), "--methods", "sleeps,breathes"]
    driver = subprocess.Popen([*command, *places, "--seeds", "1", "--workers", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        workers = _eventually(lambda: _workers(psutil.Process(driver.pid)), 2)
        _eventually(lambda: list((tmp_path / "r").glob("records/*/*.json")), 1)  # `breathes` is done: both are past their start
    finally:
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def test_one_worker_needs_no_process_unless_a_run_may_have_to_be_ended(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority")
    limited = request.model_copy(update={"time_limit": 5.0})
    assert isinstance(make_executor(plan.workspace, request, plan.runs), Inline)
    assert isinstance(make_executor(plan.workspace, limited, plan.runs), LocalPool)


def test_an_address_without_a_cluster_is_a_mistake(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority")
    with pytest.raises(UserError, match="--executor ray"):
        make_executor(plan.workspace, request.model_copy(update={"address": "auto"}), plan.runs)


def test_limits_that_are_not_set_are_never_over() -> None:
    assert Limits().over(os.getpid(), 1e9) is None
    assert not Limits()
    assert Limits(bytes=1).over(os.getpid(), 0.0) is not None


def _one(pool: Any, run: Any) -> list[Any]:
    pool.submit(run, lambda *told: None)
    ended: list[Any] = []
    while pool.busy:
        ended += pool.collect()
    return ended


def _workers(driver: psutil.Process) -> list[psutil.Process]:
    return [child for child in driver.children() if "spawn_main" in str(child.cmdline())]


def _eventually(look: Callable[[], list[Any]], wanted: int) -> list[Any]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if len(found := look()) >= wanted:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")
