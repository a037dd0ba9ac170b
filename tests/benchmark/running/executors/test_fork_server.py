"""The fork server: it begins before the command imports torch, so that both import at the same time, and forks while nothing has begun."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.running.executors.fork_server import PROCESSES, start_fork_server

ROOT = Path(__file__).resolve().parents[4]
pytestmark = pytest.mark.skipif(PROCESSES.get_start_method() != "forkserver", reason="worker processes are not forked on this platform")

# At the first import of torch: whether the fork server runs. Both processes end there: the test need not wait for their imports.
AT_TORCH = """
import json, os, signal, sys
from multiprocessing import forkserver
def watch(event, arguments):
    if event == "import" and arguments[0] == "torch":
        server = forkserver._forkserver._forkserver_pid
        print(json.dumps({"running": server is not None}), file=sys.stderr, flush=True)
        if server is not None:
            os.kill(server, signal.SIGKILL)
        sys.exit(0)
sys.addaudithook(watch)
"""
COMMAND = AT_TORCH + "from benchmark.cli.app import main; main(sys.argv[1:])"
FUNCTION = AT_TORCH + "import benchmark; benchmark.run('glue-fewshot', profile='smoke', methods='ce', tasks='sst2', seeds=1)"
REQUEST = ("--suite", "glue-fewshot", "--profile", "smoke", "--methods", "ce", "--tasks", "sst2", "--seeds", "1")


def first_line(code: str, *words: str, folder: Path) -> Any:
    """What a program prints first to standard error, as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", code, *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=folder, env=environment)
    return json.loads(done.stderr.splitlines()[0])


@pytest.mark.parametrize(
    ("code", "words", "running"),
    [
        (COMMAND, ("run", *REQUEST), True),
        (FUNCTION, (), True),
        (COMMAND, ("run", *REQUEST, "--executor", "inline"), False),
        (COMMAND, ("plan", *REQUEST), False),
    ],
    ids=["run", "benchmark.run", "run inline", "plan"],
)
def test_it_runs_before_the_command_imports_torch_where_runs_go_to_workers(
    code: str, words: tuple[str, ...], running: bool, tmp_path: Path
) -> None:
    assert first_line(code, *words, folder=tmp_path) == {"running": running}


def test_its_start_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import benchmark.running.executors.fork_server, json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    assert not {"torch", "numpy", "pydantic", "pandas", "scipy"} & set(first_line(code, folder=tmp_path))


def _seen_by_a_worker(pipe: Any) -> None:
    import gc

    modules = sorted(name for name in ("torch", "benchmark.running.run_and_record", "pyarrow") if name in sys.modules)
    pipe.send({"modules": modules, "frozen": gc.get_freeze_count() > 0, "threshold": gc.get_threshold(), "enabled": gc.isenabled()})


@pytest.mark.slow
def test_a_worker_finds_the_engine_imported_and_the_collector_as_python_starts_it() -> None:
    import gc

    start_fork_server()
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_seen_by_a_worker, args=(theirs,))
    process.start()
    seen = ours.recv()
    process.join()
    assert "benchmark.running.run_and_record" in seen["modules"]
    assert "torch" in seen["modules"]
    assert "pyarrow" not in seen["modules"]  # its import starts a thread, and a fork would lose it
    assert (seen["frozen"], seen["enabled"]) == (True, True)
    assert seen["threshold"] == gc.get_threshold()
