"""Settings of the process that a run changed are named, and put back where that is possible."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch

from benchmark.running.machine.process_state import changed_settings, process_state, restore_settings

CHANGES: dict[str, Callable[[], Any]] = {
    "working directory": lambda: os.chdir("/"),
    "signal handlers": lambda: signal.signal(signal.SIGUSR1, lambda *received: None),
    "standard streams": lambda: setattr(sys, "stdout", sys.stderr),
    "garbage collector": gc.disable,
    "recursion limit": lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1),
    "torch default dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch default device": lambda: torch.set_default_device("meta"),
    "torch gradient mode": lambda: torch.set_grad_enabled(False),
    "torch autocast": lambda: torch.set_autocast_enabled("cpu", True),
    "torch anomaly detection": lambda: torch.autograd.set_detect_anomaly(True),
    "torch matmul precision": lambda: torch.set_float32_matmul_precision("medium"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_and_put_back(name: str) -> None:
    before = process_state()
    assert changed_settings(before) == []
    CHANGES[name]()
    try:
        assert changed_settings(before) == [name]
    finally:
        assert restore_settings(before) == []
    assert changed_settings(before) == []


def test_a_thread_that_goes_on_is_named_and_stays() -> None:
    before, over = process_state(), threading.Event()
    thread = threading.Thread(target=over.wait, daemon=True)
    thread.start()
    try:
        assert restore_settings(before) == ["threads"]
    finally:
        over.set()
        thread.join()
    assert changed_settings(before) == []
