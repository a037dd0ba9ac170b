"""Slurm arrays against submitit's own executors on this machine: packing, preemption, and a node that cannot do runs."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.records.store import RecordStore
from benchmark.running.driver import run_plan
from benchmark.running.executors.array_task import ArrayTask
from benchmark.running.executors.base import ExecutorSetup, Limits
from benchmark.running.executors.choice import make_executor
from benchmark.running.executors.job_payload import pack_payload
from benchmark.running.executors.slurm_array import PACK, SlurmArray, asked_for, queue_of
from benchmark.running.run_and_record import RUN_FUNCTIONS

PlanOf = Callable[..., tuple[Any, Any]]

submitit = pytest.importorskip("submitit")


@pytest.mark.slow
def test_a_grid_is_done_by_array_elements_and_leaves_nothing_but_records(plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, request = plan_of("majority,dies", seeds="2", executor="slurm", address="local", workers=1)
    summary = run_plan(plan, request, _Quiet())
    assert (summary.done, summary.failed) == (2, 2)
    store = RecordStore(request.results)
    assert [store.read(run.key).status for run in plan.runs] == ["done" if run.arm.name == "majority" else "killed" for run in plan.runs]
    assert not list(request.results.rglob("*.pkl"))
    assert not list(request.results.glob(".seen-*"))


@pytest.mark.slow
def test_the_debug_executor_does_the_runs_in_the_driver(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority", executor="slurm", address="debug")
    assert run_plan(plan, request, _Quiet()).done == 1


@pytest.mark.slow
def test_a_preempted_element_goes_on_behind_its_last_note(plan_of: PlanOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pids").mkdir()
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    plan, request = plan_of("reports-its-process", seeds="2")
    specs = [run.spec for run in plan.runs]
    request.results.mkdir()
    element = ArrayTask.of(pack_payload(ExecutorSetup(plan.workspace, RUN_FUNCTIONS)), specs, tmp_path)
    first = ArrayTask(element.parcel, {specs[0].key: element.specs[specs[0].key]}, element.folder)
    assert first() == ""
    requeued = element.checkpoint()
    assert requeued.result() == ""
    assert {note.key: note.status for note in element.notes()} == {spec.key: "done" for spec in specs}
    assert len(list((tmp_path / "pids").iterdir())) == 2  # the first run in one process, the second in another: none twice


def test_job_files_are_for_their_owner_alone(plan_of: PlanOf) -> None:
    plan, _request = plan_of("majority")
    with SlurmArray(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 2), queue_of("debug")) as slurm:
        modes = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in (slurm.folder, slurm.folder.parent)}
        assert set(modes.values()) == {0o700}
    assert not slurm.folder.exists()


def test_a_node_that_does_not_see_the_results_folder_is_named(plan_of: PlanOf) -> None:
    plan, _request = plan_of("majority")
    slurm = SlurmArray(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), queue_of("debug"))
    with slurm:
        slurm.parcel.token_file.unlink()
        slurm.submit(plan.runs[0], lambda *told: None)
        with pytest.raises(UserError, match="does not see the results folder"):
            slurm.collect()


def test_runs_are_packed_into_as_few_elements_as_there_are_slots(plan_of: PlanOf) -> None:
    plan, _request = plan_of("majority", seeds="45")
    slurm = SlurmArray(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 2), queue_of("debug"))
    sent: list[ArrayTask] = []
    slurm._sent = lambda elements: sent.extend(elements) or [_Never()] * len(elements)  # type: ignore[method-assign,func-returns-value]
    with slurm:
        for run in plan.runs:
            if slurm.free:
                slurm.submit(run, lambda *told: None)
        slurm.collect()
        assert [len(element.specs) for element in sent] == [PACK, PACK]
        assert slurm.busy
        assert not slurm.free


def test_what_an_element_asks_for() -> None:
    """Read from the job file that submitit writes: cores, one GPU, memory and time with room, a signal before the end."""
    from submitit.slurm.slurm import _make_sbatch_string

    asked = asked_for(Limits(seconds=600, bytes=8 * 10**9), threads=2, gpu=True)
    renamed = {"name": "job_name", "timeout_min": "time", "mem_gb": "mem"}
    script = _make_sbatch_string("command", "folder", map_count=3, **{renamed.get(name, name): value for name, value in asked.items()})
    for line in ("--cpus-per-task=2", "--gpus-per-node=1", "--mem=9", "--time=210", "--array=0-2%3", "--signal=USR2@90"):
        assert f"#SBATCH {line}" in script
    assert "partition" not in script  # SBATCH_PARTITION and its like are sbatch's own to read


def test_without_slurm_the_error_says_where_to_start_it(plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    plan, request = plan_of("majority", executor="slurm")
    with pytest.raises(UserError, match="srun"):
        make_executor(request, plan.workspace, plan.runs, 1, RUN_FUNCTIONS)
    with pytest.raises(UserError, match="slurm, local, debug"):
        make_executor(request.model_copy(update={"address": "mars"}), plan.workspace, plan.runs, 1, RUN_FUNCTIONS)
    assert not list(request.results.glob(".seen-*"))


def test_without_submitit_the_error_names_the_extra(plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    plan, request = plan_of("majority", executor="slurm", address="local")
    with pytest.raises(UserError, match=r"\[slurm\]"):
        make_executor(request, plan.workspace, plan.runs, 1, RUN_FUNCTIONS)


class _Never:
    """A job that is still in the queue."""

    job_id = "0"

    def done(self) -> bool:
        return False

    def cancel(self, check: bool = True) -> None: ...


class _Quiet:
    def planned(self, plan: Any) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *told: Any, **named: Any) -> None: ...
    def closed(self) -> None: ...
