"""--help and list answer at once, because they import nothing heavy."""

from __future__ import annotations

import resource

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


@pytest.mark.parametrize("words", [("--help",), *(("list", kind) for kind in KINDS)], ids=" ".join)
def test_the_answer_takes_less_than_half_a_second_of_processor_time(process, words):
    spent = []
    for _ in range(3):  # the best of three: processor time, too, grows on a machine that others use
        begin = processor_seconds()
        process(*words)
        spent.append(processor_seconds() - begin)
    assert min(spent) < 0.5


def processor_seconds():
    """What all finished child processes used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
