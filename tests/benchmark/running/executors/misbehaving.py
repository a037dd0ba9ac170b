"""A plug-in of methods that misbehave, each as its name says. Loaded by path, here and in worker processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.contract.method import Method
from benchmark.contract.phase import Phase
from benchmark.contract.task_info import Cost
from benchmark.plugins.registry import methods

ACTS: dict[str, Callable[[], Any]] = {
    "sleeps": lambda: time.sleep(600),
    "breathes": lambda: time.sleep(1),
    "hoards": lambda: (_hoard("hoarded"), time.sleep(600)),
    "leaves-memory": lambda: _hoard("left"),
    "dies": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exits": lambda: (_ for _ in ()).throw(SystemExit("enough")),
    "tells-its-process": lambda: Path(os.environ["PIDS"], str(os.getpid())).touch(),
}
HELD: dict[str, bytes] = {}


def _hoard(name: str) -> None:
    HELD[name] = b"x" * 1_500_000_000


def _scores(texts: Any) -> np.ndarray[Any, Any]:
    return np.ones((len(texts), 2), dtype="float32")


@dataclass(frozen=True)
class Act(Phase):
    """Does what it is told, and leaves a predictor."""

    what: str = ""
    name: str = "act"

    def fit(self, state: Any, data: Any, context: Any) -> None:
        ACTS[self.what]()
        state.predictor = _scores

    def cost(self, task: Any, budget: Any) -> Cost:
        return Cost()


@dataclass(frozen=True)
class Misbehaving(Method):
    """What all of them are: a method without an encoder and without chance."""

    needs_encoder = False
    streams = frozenset()
    act = ""

    def phases(self, task: Any) -> list[Phase]:
        return [Act(self.act)]


@methods.register("sleeps")
@dataclass(frozen=True)
class Sleeps(Misbehaving):
    """Never ends."""

    act = "sleeps"


@methods.register("breathes")
@dataclass(frozen=True)
class Breathes(Misbehaving):
    """Takes a second."""

    act = "breathes"


@methods.register("hoards")
@dataclass(frozen=True)
class Hoards(Misbehaving):
    """Takes one and a half gigabytes and never ends."""

    act = "hoards"


@methods.register("leaves-memory")
@dataclass(frozen=True)
class LeavesMemory(Misbehaving):
    """Leaves one and a half gigabytes in its process."""

    act = "leaves-memory"


@methods.register("dies")
@dataclass(frozen=True)
class Dies(Misbehaving):
    """Kills its process."""

    act = "dies"


@methods.register("exits")
@dataclass(frozen=True)
class Exits(Misbehaving):
    """Asks the interpreter to end."""

    act = "exits"


@methods.register("tells-its-process")
@dataclass(frozen=True)
class TellsItsProcess(Misbehaving):
    """Leaves a file that is named after its process."""

    act = "tells-its-process"
