"""The driver's side of a Ray cluster, against a stand-in for Ray: who gets which run, and what becomes of it when an actor is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.records.store import RecordStore
from benchmark.running.executors import ray_cluster, ray_nodes
from benchmark.running.executors.base import ExecutorSetup, Finished
from benchmark.running.executors.ray_cluster import RayCluster
from benchmark.running.run_and_record import RUN_FUNCTIONS

PlanOf = Callable[..., tuple[Any, Any]]


class ActorLost(Exception):
    """Stands for ray.exceptions.RayActorError."""

    actor_init_failed = False


class Answer:
    """What a call of an actor gives: ready at once, or never."""

    def __init__(self, value: Any, ready: bool = True) -> None:
        self.value, self.ready = value, ready


class Actor:
    """An actor that was placed, or waits for room."""

    def __init__(self, cluster: Cluster, parcel: Any) -> None:
        self.cluster, self.parcel, self.placed = cluster, parcel, cluster.room > 0
        cluster.room -= self.placed
        for name in ("trouble", "do", "close"):
            setattr(self, name, SimpleNamespace(remote=getattr(self, f"_{name}")))

    def _trouble(self) -> Answer:
        return Answer(self.cluster.trouble, self.placed)

    def _do(self, spec: str) -> Answer:
        self.cluster.begun.append(spec)
        if self.cluster.losses:
            self.cluster.losses -= 1
            return Answer(ActorLost("the node is gone"))
        key = next(run.key for run in self.cluster.runs if run.spec.model_dump_json() == spec)
        return Answer(asdict(Finished(key, "done", 1.0)))

    def _close(self) -> Answer:
        return Answer(None)


class Cluster:
    """As much of the module `ray` as the executor uses."""

    exceptions = SimpleNamespace(RayActorError=ActorLost)
    util = SimpleNamespace(scheduling_strategies=SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node_id, soft: node_id))

    def __init__(self, runs: Any = (), room: int = 2, losses: int = 0, trouble: str = "", gpu_bytes: int = 0) -> None:
        self.runs, self.room, self.losses, self.trouble, self.gpu_bytes = runs, room, losses, trouble, gpu_bytes
        self.begun: list[str] = []
        self.asked: dict[str, Any] = {}
        self.silent, self.left = False, False

    def nodes(self) -> list[dict[str, Any]]:
        return [
            {"Alive": True, "NodeID": "a" * 8, "NodeManagerAddress": "10.0.0.1"},
            {"Alive": False, "NodeID": "b", "NodeManagerAddress": ""},
        ]

    def remote(self, what: Any) -> Any:
        def options(**asked: Any) -> Any:
            self.asked = asked
            look = {"trouble": self.trouble, "gpu_bytes": self.gpu_bytes}
            call = Answer(look, not self.silent) if what is ray_nodes.look_around else None
            return SimpleNamespace(remote=lambda parcel: call or Actor(self, parcel))

        return SimpleNamespace(options=options)

    def wait(self, answers: list[Answer], num_returns: int, timeout: float) -> tuple[list[Answer], list[Answer]]:
        return [a for a in answers if a.ready], [a for a in answers if not a.ready]

    def get(self, answer: Answer) -> Any:
        if isinstance(answer.value, Exception):
            raise answer.value
        return answer.value

    def kill(self, actor: Actor) -> None:
        self.room += actor.placed

    def shutdown(self) -> None:
        self.left = True


def drive(executor: RayCluster, runs: Any) -> list[Finished]:
    waiting, ended = list(runs), list[Finished]()
    with executor:
        while waiting or executor.busy:
            while waiting and executor.free:
                executor.submit(waiting.pop(0), lambda *told: None)
            ended += executor.collect()
    return ended


def test_every_run_is_done_once_by_as_many_workers_as_find_room(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority", seeds="7")
    ray = Cluster(plan.runs, room=2)
    ended = drive(RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 5), ray), plan.runs)
    assert {finished.key for finished in ended} == {run.key for run in plan.runs}
    assert len(ray.begun) == 7
    assert ray.left
    assert not list(request.results.glob(".seen-*"))


def test_a_run_whose_node_is_lost_goes_again_and_is_recorded_after_the_second_time(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority")
    once = Cluster(plan.runs, losses=1)
    assert [finished.status for finished in drive(RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), once), plan.runs)] == ["done"]
    assert len(once.begun) == 2
    twice = Cluster(plan.runs, losses=2)
    assert [finished.status for finished in drive(RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), twice), plan.runs)] == [
        "killed"
    ]
    error = RecordStore(request.results).read(plan.runs[0].key).error
    assert error is not None
    assert "lost 2 times" in error.message


def test_a_node_with_trouble_is_named_and_nothing_runs(plan_of: PlanOf) -> None:
    plan, request = plan_of("majority")
    ray = Cluster(plan.runs, trouble="It does not see the results folder.")
    with pytest.raises(UserError, match=r"The node 10\.0\.0\.1 .* does not see the results folder"):
        RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), ray)
    assert ray.left
    assert not list(request.results.glob(".seen-*"))


def test_a_node_that_does_not_answer_is_named(plan_of: PlanOf) -> None:
    plan, _ = plan_of("majority")
    ray = Cluster(plan.runs)
    ray.silent = True
    with pytest.raises(UserError, match="did not answer within"):
        RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), ray)


def test_a_node_that_joins_with_trouble_ends_the_command(plan_of: PlanOf) -> None:
    plan, _ = plan_of("majority")
    ray = Cluster(plan.runs)
    executor = RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), ray)
    executor._slots[0].answer = Answer("It does not see the same data.")
    with executor, pytest.raises(UserError, match="A node that joined"):
        executor.collect()


def test_no_room_for_any_worker_ends_the_command(plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "START", -1.0)
    plan, _ = plan_of("majority")
    with (
        RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, 1), Cluster(plan.runs, room=0)) as executor,
        pytest.raises(UserError, match="No worker found room"),
    ):
        executor.collect()


@pytest.mark.parametrize(("peak", "share", "packed"), [(None, 0.0, False), (0, 1.0, False), (7 * 10**9, 0.11, True)])
def test_a_worker_asks_for_the_share_of_a_gpu_that_was_measured(plan_of: PlanOf, peak: int | None, share: float, packed: bool) -> None:
    plan, _ = plan_of("majority")
    ray = Cluster(plan.runs, gpu_bytes=100 * 10**9)
    with RayCluster(ExecutorSetup(plan.workspace, RUN_FUNCTIONS, threads=3), ray, gpu=peak) as executor:
        assert (ray.asked["num_gpus"], ray.asked["num_cpus"], ray.asked["max_restarts"]) == (share, 3, 0)
        assert executor.parcel.workspace.packed is packed


def test_a_driver_without_token_authentication_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ray_nodes.SAFE:
        monkeypatch.setenv(name, ray_nodes.SAFE[name])
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(UserError, match="RAY_AUTH_MODE"):
        ray_nodes.connected("127.0.0.1:1")


def test_without_ray_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ray_nodes.SAFE:
        monkeypatch.setenv(name, ray_nodes.SAFE[name])
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"\[ray\]"):
        ray_nodes.connected(None)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
