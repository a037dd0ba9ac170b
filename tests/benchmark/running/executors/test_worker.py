"""The worker process: what its runs print is no part of the command's output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PRINTS = """
import multiprocessing, os
from benchmark.running.executors.worker import serve

ours, theirs = multiprocessing.Pipe()
ours.close()
serve(theirs, None, None, dict(os.environ))
print("from Python", flush=True)
os.write(1, b"from a library\\n")
"""


def test_what_a_run_prints_goes_to_the_error_stream() -> None:
    done = subprocess.run([sys.executable, "-c", PRINTS], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("", "from Python\nfrom a library\n")
