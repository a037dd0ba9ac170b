"""What is freed stays with the process: the C library is asked for it before anything is trained."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from benchmark.records.spec import Compute
from benchmark.running.machine.compute import apply_compute, keep_freed_memory


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """What a C library that stands in for glibc was asked to set. A process asks once: what it remembers is forgotten around the test."""
    calls: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda option, value: calls.append((option, value)) or 1)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    keep_freed_memory.cache_clear()
    yield calls
    keep_freed_memory.cache_clear()


def test_freed_memory_is_neither_unmapped_nor_trimmed(asked: list[tuple[int, int]]) -> None:
    """M_MMAP_THRESHOLD (-3) at the largest value that glibc takes, 32 MiB, and M_TRIM_THRESHOLD (-1) at the largest int."""
    apply_compute(Compute())
    assert asked == [(-3, 32 * 2**20), (-1, 2**31 - 1)]
    assert keep_freed_memory()


def test_another_c_library_is_left_alone(asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    assert not keep_freed_memory()
    assert asked == []
