"""What is freed stays with the process: the next batch finds its memory without a page fault."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.performance

PROGRAM = """
import resource, sys
import torch
from benchmark.running.machine.compute import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()

def batch():
    kept = [torch.ones(250_000) for _ in range(40)]

batch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    """Page faults of ten batches of forty tensors of a megabyte, after a first one."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other rules")
def test_batches_reuse_the_memory_of_the_ones_before() -> None:
    assert faults("keep") < faults("leave") / 4  # where this fails, the machine needs no such setting: take it out
