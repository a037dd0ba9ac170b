"""What the numbers depend on beyond the code: device, precision, threads. Set as the spec says, or refused."""

from __future__ import annotations

import ctypes
import functools
import os
import sys

from benchmark.errors import UserError
from benchmark.records.spec import Compute

# Of <malloc.h>. The first is the largest that glibc takes; from there on it would map and unmap memory for each tensor.
M_MMAP_THRESHOLD, LARGEST = -3, 32 << 20
M_TRIM_THRESHOLD, NEVER = -1, 2**31 - 1


def apply_compute(compute: Compute) -> None:
    """Bring this process to the spec's compute: thread count, deterministic kernels, no TF32. A UserError where it cannot."""
    import torch

    keep_freed_memory()
    if compute.device != "cpu":
        _honour_device(compute.device)
    if torch.get_num_threads() != compute.threads:
        torch.set_num_threads(compute.threads)
    if torch.get_num_threads() != compute.threads:
        raise UserError(
            f"The spec asks for {compute.threads} threads; this process has {torch.get_num_threads()}.",
            "The thread count is part of a run's identity: gradients differ between one thread and two.",
            "Give --threads with a count that this machine honours.",
        )
    torch.set_deterministic_debug_mode("error")  # use_deterministic_algorithms(True) without its second of importing a compiler
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a debugging aid: filling costs a tenth of a step and changes nothing


def _honour_device(device: str) -> None:
    import torch

    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when cuBLAS starts; deterministic kernels need it
    if device.split(":")[0] != "cuda" or not torch.cuda.is_available():
        raise UserError(
            f"The device {device!r} was asked for.",
            f"This machine has: cpu{', cuda' if torch.cuda.is_available() else ''}.",
            "Give --device cpu, or run where the device is. The table then says laptop*, paper*, and so on.",
        )
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False


def flags() -> dict[str, object]:
    """The determinism flags of this process, for the environment record."""
    import torch

    return {
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
        "cudnn_benchmark": bool(torch.backends.cudnn.benchmark),
        "float32_matmul": torch.get_float32_matmul_precision(),
    }


@functools.cache
def keep_freed_memory() -> bool:
    """Let the C library keep what is freed, where that is glibc. Says whether it does.

    Else it gives the tensors of a batch back to the system, and each page of those of the next one costs a fault: a sixth of the
    time of scoring. The most memory that a process holds stays as it is; it only holds it until it ends.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return bool(mallopt and mallopt(M_MMAP_THRESHOLD, LARGEST) and mallopt(M_TRIM_THRESHOLD, NEVER))
