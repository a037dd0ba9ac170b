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
from benchmark.planning.plan import make_plan
from benchmark.records.store import RecordStore
from benchmark.running.driver import run_plan
from benchmark.running.executors.base import ExecutorSetup, Limits
from benchmark.running.executors.choice import make_executor
from benchmark.running.executors.pool import LocalPool
from benchmark.running.run_and_record import RUN_FUNCTIONS

PlanOf = Callable[..., tuple[Any, Any]]
GB = 10**9

pytestmark = pytest.mark.slow  # each starts processes that import torch


def test_a_run_over_a_limit_is_ended_and_recorded_and_the_next_ones_go_on(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority,sleeps,hoards,tfidf")
    runs = {run.arm.name: run for run in plan.runs}
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1)) as pool:
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
    with make_executor(request, plan.workspace, plan.runs, 1, RUN_FUNCTIONS) as pool:
        pool.limits = Limits()
        assert [run.status for run in _one(pool, runs["leaves-memory"])] == ["done"]
        pool.limits = Limits(bytes=GB)
        assert [run.status for run in _one(pool, runs["breathes"])] == ["done"]


def test_a_worker_that_dies_while_idle_costs_nothing(plan_of: PlanOf) -> None:
    plan, _ = plan_of("majority", seeds="3")
    first, second, third = plan.runs
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1)) as pool:
        assert [run.status for run in _one(pool, first)] == ["done"]
        (worker,) = _workers(psutil.Process())
        worker.kill()
        assert [run.status for run in _one(pool, second)] == ["done"]
        assert [run.status for run in _one(pool, third)] == ["done"]


def test_a_run_goes_again_after_its_worker_died_and_is_recorded_after_the_second_time(plan_of: PlanOf) -> None:
    plan, _ = plan_of("dies,exits")
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1)) as pool:
        dies, exits = (_one(pool, run)[0] for run in sorted(plan.runs, key=lambda run: run.arm.name))
    assert (dies.status, exits.status) == ("killed", "failed")
    assert "died 2 times, the last time by SIGKILL" in dies.error
    assert "SystemExit: enough" in exits.error


@pytest.mark.parametrize(("method", "how"), [("crashes", "by SIGSEGV"), ("quits", "with exit code 0")])
def test_a_run_that_kills_its_process_fails_alone_and_is_not_begun_again(plan_of: PlanOf, method: str, how: str) -> None:
    plan, request = plan_of(f"{method},majority", executor="local")
    summary = run_plan(plan, request, Quiet())
    assert (summary.done, summary.failed, summary.exit_code) == (1, 1, 1)
    store = RecordStore(request.results)
    record = store.read(next(run.key for run in plan.runs if run.arm.name == method))
    assert (record.status, record.error.type if record.error else "") == ("failed", "WorkerDied")
    assert f"died 2 times, the last time {how}" in str(record.error)
    again = make_plan(request)
    assert [run.arm.name for run in again.runs if run.todo] == []
    assert any("only --rerun" in note for note in again.notes)
    second = run_plan(again, request, Quiet())
    assert (second.done, second.cached, second.failed, second.exit_code) == (1, 1, 1, 1)
    assert "WorkerDied" in second.failures[0][1]
    assert sum(run.todo for run in make_plan(request.model_copy(update={"rerun": True})).runs) == 2


def test_what_is_raised_beside_exceptions_is_recorded_by_the_run_itself(plan_of: PlanOf) -> None:
    plan, request = plan_of("exits,panics", executor="local")
    assert run_plan(plan, request, Quiet()).failed == 2
    errors = {run.arm.name: str(RecordStore(request.results).read(run.key).error) for run in plan.runs}
    assert errors == {"exits": "SystemExit: enough", "panics": "Panic: index out of bounds"}


@pytest.mark.parametrize("executor", ["local", "inline"])
def test_a_run_after_one_that_changed_its_process_is_as_if_alone(plan_of: PlanOf, tmp_path: Path, executor: str) -> None:
    alone, request = plan_of("ce", executor="inline", results=tmp_path / "alone")
    run_plan(alone, request, Quiet())
    plan, request = plan_of("widens,freezes,moves,listens,leaves-a-thread,ce", executor=executor, workers=1)
    assert run_plan(plan, request, Quiet()).failed == 0
    calm, after = (RecordStore(folder).read(alone.runs[0].key) for folder in (tmp_path / "alone", request.results))
    assert calm.predictions == after.predictions
    assert calm.metrics == after.metrics


@pytest.mark.parametrize("method", ["widens", "freezes", "moves", "listens", "leaves-a-thread"])
def test_a_worker_whose_process_was_changed_is_replaced(plan_of: PlanOf, method: str) -> None:
    plan, _ = plan_of(method, seeds="1")
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS)) as pool:
        assert [run.status for run in _one(pool, plan.runs[0])] == ["done"]
        assert pool._pool == []


def test_a_script_that_runs_at_import_needs_no_guard(tmp_path: Path) -> None:
    """Multiprocessing imports the main module again in each worker: a script without `if __name__ == "__main__"` would run itself."""
    script = tmp_path / "script.py"
    request = "suite='glue-fewshot', profile='smoke', methods='majority', tasks='sst2', seeds=1, results='r', cache='c'"
    script.write_text(f"import benchmark\nprint('begun', flush=True)\nprint(benchmark.run({request}).done)\n")
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["begun", "1"], done.stderr


def test_workers_are_reused(plan_of: PlanOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pids").mkdir()
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    plan, _ = plan_of("reports-its-process", seeds="4")
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 2)) as pool:
        for run in plan.runs:
            _one(pool, run)
    assert len(list((tmp_path / "pids").iterdir())) == 1


def test_abandoning_ends_what_is_running(plan_of: PlanOf) -> None:
    plan, _ = plan_of("sleeps")
    with LocalPool(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1)) as pool:
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


def test_an_address_without_a_cluster_is_a_mistake(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority")
    with pytest.raises(UserError, match="--executor ray"):
        make_executor(request.model_copy(update={"address": "auto"}), plan.workspace, plan.runs, 1, RUN_FUNCTIONS)


def test_limits_that_are_not_set_are_never_over() -> None:
    assert Limits().exceeded(os.getpid(), 1e9) is None
    assert Limits(bytes=1).exceeded(os.getpid(), 0.0) is not None


class Quiet:
    """An observer that looks away."""

    def planned(self, plan: Any) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *ended: Any) -> None: ...
    def closed(self) -> None: ...


def _one(pool: Any, run: Any) -> list[Any]:
    pool.submit(run, lambda *told: None)
    ended: list[Any] = []
    while pool.busy:
        ended += pool.collect()
    return ended


def _workers(driver: psutil.Process) -> list[psutil.Process]:
    """The processes under a driver, but for those that multiprocessing itself keeps."""
    helpers = ("forkserver import main", "resource_tracker import main")
    below = driver.children(recursive=True)
    servers = {child.pid for child in below if any(word in str(child.cmdline()) for word in helpers) and child.ppid() == driver.pid}
    return [child for child in below if child.pid not in servers]


def _eventually(look: Callable[[], list[Any]], wanted: int) -> list[Any]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if len(found := look()) >= wanted:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")
