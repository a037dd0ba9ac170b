"""Settings of a whole process that a run may change and that the next run in the same process would inherit."""

from __future__ import annotations

import gc
import locale
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

THREAD_GRACE = 0.1  # seconds that a thread which is ending anyway gets


@dataclass(frozen=True)
class Setting:
    """One setting of the process.

    Args:
        name: what a message calls it.
        read: its value now; values are compared with ==.
        write: puts a value back; None where that is not possible.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object] | None = None


def _handlers() -> dict[int, Any]:
    return {int(number): signal.getsignal(number) for number in signal.valid_signals()}


def _set_handlers(handlers: Mapping[int, Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number, handler in handlers.items():
        if handler is not None and signal.getsignal(number) != handler:
            signal.signal(number, handler)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it was removed
        return ""


def _streams() -> tuple[Any, ...]:
    return sys.stdin, sys.stdout, sys.stderr


def _set_streams(streams: tuple[Any, ...]) -> None:
    sys.stdin, sys.stdout, sys.stderr = streams


def _gradient_hooks() -> tuple[int, ...]:
    from torch.nn.modules import module

    names = ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks", "_global_backward_pre_hooks")
    return tuple(len(getattr(module, name, ())) for name in names)


def _set_gc(on: bool) -> None:
    (gc.enable if on else gc.disable)()


PYTHON = (
    Setting("working directory", _working_directory, os.chdir),
    Setting("signal handlers", _handlers, _set_handlers),
    Setting("standard streams", _streams, _set_streams),
    Setting("locale", lambda: locale.setlocale(locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value)),
    Setting("garbage collector", gc.isenabled, _set_gc),
    Setting("recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("threads", lambda: frozenset(threading.enumerate())),
)


def _torch() -> tuple[Setting, ...]:
    """Settings of torch; those that `apply_compute` sets before every run are not among them."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return ()
    return (
        Setting("torch default dtype", torch.get_default_dtype, torch.set_default_dtype),
        Setting(
            "torch default device",
            torch.get_default_device,
            lambda device: torch.set_default_device(None if device.type == "cpu" else device),
        ),
        Setting("torch gradient mode", torch.is_grad_enabled, torch.set_grad_enabled),
        Setting("torch inference mode", torch.is_inference_mode_enabled),
        Setting("torch autocast", lambda: torch.is_autocast_enabled("cpu"), lambda on: torch.set_autocast_enabled("cpu", on)),
        Setting("torch anomaly detection", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
        Setting("torch matmul precision", torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
        Setting("torch module hooks", _gradient_hooks),
    )


def process_state() -> dict[str, Any]:
    """The value of every setting now, by name."""
    return {setting.name: setting.read() for setting in (*PYTHON, *_torch())}


def changed_settings(before: Mapping[str, Any]) -> list[str]:
    """The names of the settings whose value is no longer the one in `before`. Threads that are about to end are waited for."""
    for thread in set(threading.enumerate()) - before["threads"]:
        if thread is not threading.current_thread():
            thread.join(THREAD_GRACE)
    return [name for name, value in process_state().items() if name in before and _differs(name, before[name], value)]


def restore_settings(before: Mapping[str, Any]) -> list[str]:
    """Put back every setting that differs from `before`. Returns the names of those that cannot be put back."""
    changed = changed_settings(before)
    for setting in (*PYTHON, *_torch()):
        if setting.name in changed and setting.write is not None:
            setting.write(before[setting.name])
    return changed_settings(before)


def _differs(name: str, before: Any, now: Any) -> bool:
    if name == "threads":
        return bool(now - before)  # one that ended meanwhile does no harm
    return bool(before != now)
