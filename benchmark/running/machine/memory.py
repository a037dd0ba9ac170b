"""How this process asks the system for memory."""

from __future__ import annotations

import ctypes
import functools
import sys

# Of <malloc.h>. The first is the largest that glibc takes; from there on it would map and unmap memory for each tensor.
M_MMAP_THRESHOLD, LARGEST = -3, 32 << 20
M_TRIM_THRESHOLD, NEVER = -1, 2**31 - 1


@functools.cache
def keep_freed_memory() -> bool:
    """Let the C library keep what is freed, where that is glibc. Says whether it does.

    Else it gives the tensors of a batch back to the system, and each page of those of the next one costs a fault: a sixth of the
    time of scoring. The most memory that a process holds stays as it is; it only holds it until it ends.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return bool(mallopt and mallopt(M_MMAP_THRESHOLD, LARGEST) and mallopt(M_TRIM_THRESHOLD, NEVER))
