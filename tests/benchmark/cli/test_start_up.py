"""--help and list answer at once, because they import nothing heavy."""

from __future__ import annotations

import statistics
import time

import pytest

HEAVY = ("torch", "transformers", "datasets", "evaluate", "sklearn", "scipy", "pandas")
KINDS = ("methods", "tasks", "suites", "profiles", "encoders", "noise")
SPY = f"""
import sys
from benchmark.cli.app import main
code = main(sys.argv[1:])
print("imported", [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), *(("list", kind) for kind in KINDS)], ids=" ".join)
def test_nothing_heavy_is_imported(process, words):
    done = process(*words, command=("-c", SPY))
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "imported []"


def test_importing_the_package_imports_nothing_heavy(process):
    spy = f"import sys, benchmark; print([name for name in {(*HEAVY, 'numpy', 'pydantic', 'typer')!r} if name in sys.modules])"
    assert process(command=("-c", spy)).stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("--help",), ("list", "methods")], ids=" ".join)
def test_the_answer_comes_within_half_a_second(process, words):
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        process(*words)
        times.append(time.perf_counter() - begin)
    assert statistics.median(times) < 0.5
