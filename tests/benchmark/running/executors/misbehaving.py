"""A plug-in of methods that misbehave, each as its name says. Loaded by path, here and in worker processes."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmark.contract.method import Method
from benchmark.contract.phase import Phase
from benchmark.contract.task_info import Cost
from benchmark.plugins.registry import methods


class Panic(BaseException):
    """What a library in Rust raises when it panics: no Exception."""


def _panic() -> None:
    raise Panic("index out of bounds")


def _exit() -> None:
    raise SystemExit("enough")


ACTS: dict[str, Callable[[], Any]] = {
    "sleeps": lambda: time.sleep(600),
    "breathes": lambda: time.sleep(1),
    "hoards": lambda: (_hoard("hoarded"), time.sleep(600)),
    "leaves-memory": lambda: _hoard("left"),
    "dies": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exits": _exit,
    "panics": _panic,
    "crashes": lambda: ctypes.string_at(0),
    "quits": lambda: os._exit(0),
    "widens": lambda: torch.set_default_dtype(torch.float64),
    "freezes": lambda: torch.set_grad_enabled(False),
    "moves": lambda: os.chdir("/"),
    "listens": lambda: signal.signal(signal.SIGTERM, lambda *received: None),
    "leaves-a-thread": lambda: threading.Thread(target=time.sleep, args=(600,), daemon=True).start(),
    "reports-its-process": lambda: Path(os.environ["PIDS"], str(os.getpid())).touch(),
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


for _name in ACTS:
    methods.register(_name)(
        dataclass(frozen=True)(type(_name.title().replace("-", ""), (Misbehaving,), {"act": _name, "__module__": __name__}))
    )
