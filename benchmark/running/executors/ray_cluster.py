"""A Ray cluster: actors that hold one worker process each, as many as `--workers` says and the nodes have room for."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from benchmark.errors import UserError
from benchmark.records.error_text import one_line
from benchmark.records.record import WORKER_DIED
from benchmark.running.executors.base import Executor, ExecutorSetup, Finished, Job, LostRun, PhaseProgress
from benchmark.running.executors.gpu_memory import share
from benchmark.running.executors.job_payload import not_fit, pack_payload, packed
from benchmark.running.executors.node import Node
from benchmark.running.executors.pool import RETRIES
from benchmark.running.executors.ray_nodes import seen_by_every_node

PATIENCE = 1.0  # seconds that `collect` waits at most
START = 300.0  # seconds in which some actor must find room
SHUTDOWN_TIMEOUT = 10.0  # seconds that idle actors get to end their process and remove their folder


@dataclass
class _RayRun:
    run: Job
    handed: float
    deaths: int = 0


@dataclass
class _Slot:
    """An actor. `answer`: to what it was asked last, None when it is idle; `going`: the run it is at, None while it starts."""

    actor: Any
    answer: Any | None
    going: _RayRun | None = None


class RayCluster(Executor):
    """Actors that Ray places where there is room. Those that find none wait, and start when a node joins.

    A node that is lost takes its actors along: their runs go again elsewhere, at most twice.

    Args:
        ray: the module, connected to a cluster (see `ray_nodes.connected`).
        gpu: bytes of GPU memory that a run was measured to take at most; 0 where that is not known, None where no run needs a GPU.

    Raises:
        UserError: a node that cannot do runs.
    """

    def __init__(self, setup: ExecutorSetup, ray: Any, gpu: int | None = None) -> None:
        self.ray, self.workers = ray, setup.workers
        self._slots: list[_Slot] = []
        self._again: list[_RayRun] = []
        self.parcel = pack_payload(setup)
        try:
            nodes = seen_by_every_node(ray, self.parcel)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.gpus = 0.0 if gpu is None else share(gpu, min((node["gpu_bytes"] for node in nodes if node["gpu_bytes"]), default=0))
        self.parcel = packed(self.parcel, 0.0 < self.gpus < 1.0)
        self._kind = ray.remote(Node).options(num_cpus=setup.threads, num_gpus=self.gpus, max_restarts=0)
        self._room = time.monotonic()  # when an actor was last seen ready
        self._fill()

    @property
    def free(self) -> bool:
        return sum(slot.answer is None for slot in self._slots) > len(self._again)

    @property
    def busy(self) -> bool:
        return bool(self._again) or any(slot.going for slot in self._slots)

    def submit(self, run: Job, progress: PhaseProgress) -> None:
        """Hand out a run. Its phases are not told: only its end is."""
        self._give(_RayRun(run, time.monotonic()))

    def collect(self) -> list[Finished]:
        """What ended; returns as soon as an actor answers. A run whose actor or node was lost goes again, at most twice.

        Raises:
            UserError: a node that joined and cannot do runs, or no room for any actor.
        """
        while self._again and any(slot.answer is None for slot in self._slots):
            self._give(self._again.pop(0))
        asked = [slot.answer for slot in self._slots if slot.answer is not None]
        if not asked:
            time.sleep(PATIENCE)
            return []
        self.ray.wait(asked, num_returns=1, timeout=PATIENCE)
        ready = set(self.ray.wait(asked, num_returns=len(asked), timeout=0)[0])
        heard = [self._heard(slot) for slot in list(self._slots) if slot.answer in ready]
        self._check_room()
        return [finished for finished in heard if finished is not None]

    def abandon(self) -> None:
        for slot in self._slots:
            self.ray.kill(slot.actor)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(Exception):  # actors that are gone, or a head that is
            if kind is None:
                idle = [slot.actor.close.remote() for slot in self._slots if slot.answer is None]
                self.ray.wait(idle, num_returns=len(idle), timeout=SHUTDOWN_TIMEOUT) if idle else None
            self.abandon()
        self.parcel.token_file.unlink(missing_ok=True)
        self.ray.shutdown()

    def _fill(self) -> None:
        """Ask for as many actors as are wanted. What an actor says first is whether runs can be done where it was placed."""
        while len(self._slots) < self.workers:
            actor = self._kind.remote(self.parcel)
            self._slots.append(_Slot(actor, actor.trouble.remote()))

    def _give(self, going: _RayRun) -> None:
        slot = next(slot for slot in self._slots if slot.answer is None)
        slot.going, slot.answer = going, slot.actor.do.remote(going.run.spec.model_dump_json())

    def _heard(self, slot: _Slot) -> Finished | None:
        """Take in an answer: a Finished if a run is over."""
        answer, going = slot.answer, slot.going
        slot.answer = slot.going = None
        try:
            told = self.ray.get(answer)
        except self.ray.exceptions.RayActorError as error:
            return self._lost(slot, going, error)
        except Exception as error:  # the node's own code raised
            if going is None:
                raise not_fit("A node", one_line(str(error))) from error
            return self._record_lost(going, LostRun("failed", type(error).__name__, one_line(str(error))))
        if going is not None:
            return Finished(**told)
        if told:
            raise not_fit("A node that joined", told)
        return None

    def _lost(self, slot: _Slot, going: _RayRun | None, error: Any) -> Finished | None:
        """An actor is gone. Another one is asked for, and the run goes again or is recorded."""
        if error.actor_init_failed:
            raise not_fit("A node", f"A worker could not start there: {one_line(str(error))}") from error
        self._slots.remove(slot)
        with contextlib.suppress(Exception):
            self.ray.kill(slot.actor)  # it may only be out of sight
        self._fill()
        if going is None:
            return None
        going.deaths += 1
        if going.deaths <= RETRIES:
            self._again.append(going)
            return None
        return self._record_lost(going, LostRun("killed", WORKER_DIED, f"its worker or its node was lost {going.deaths} times"))

    def _record_lost(self, going: _RayRun, lost: LostRun) -> Finished:
        seconds = time.monotonic() - going.handed
        return self.parcel.functions.record_lost(going.run.spec, self.parcel.workspace, lost._replace(seconds=seconds))

    def _check_room(self) -> None:
        if any(slot.answer is None or slot.going for slot in self._slots):
            self._room = time.monotonic()
        elif time.monotonic() - self._room > START:
            raise UserError(
                f"No worker found room in {START:.0f} s: each asks for {self.gpus:g} GPU and its processor cores.",
                "A node with that much that nobody else uses.",
                "Add a node (`ray start --address ...`), or see `ray status` for what is taken.",
            )
