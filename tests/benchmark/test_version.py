"""The version of the distribution moves no key and no environment: records of an earlier release stay comparable."""

from __future__ import annotations

import subprocess
import sys

import pytest

IDENTITY = """
import sys
import benchmark.version
benchmark.version.VERSION = sys.argv[1]
import benchmark
from benchmark.running.machine.provenance import environment
runs = benchmark.plan("glue-fewshot", profile="smoke", tasks="sst2", methods="ce,tfidf", seeds="1", workers=1).runs
print(benchmark.__version__, file=sys.stderr)
print([run.key for run in runs], environment(runs[0].spec.compute))
"""


@pytest.mark.slow
def test_another_version_gives_the_same_keys_and_the_same_environment() -> None:
    done = [subprocess.run([sys.executable, "-c", IDENTITY, to], capture_output=True, text=True) for to in ("0.1.0", "9.9.9")]
    assert [one.stderr.splitlines()[-1:] for one in done] == [["0.1.0"], ["9.9.9"]]
    assert done[0].stdout == done[1].stdout
    assert "'torch'" in done[0].stdout
