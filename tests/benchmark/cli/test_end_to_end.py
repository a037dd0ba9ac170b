"""The command line end to end on the smoke profile: a grid, the same grid again, a plan, a failure, an interruption."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark.records.frame import COLUMNS

ROOT = Path(__file__).resolve().parents[3]
GRID = ("--suite", "glue-fewshot", "--profile", "smoke", "--methods", "ce,tfidf", "--tasks", "sst2", "--seeds", "2")
BROKEN = """
from dataclasses import dataclass

from benchmark import Cost, Method, Phase
from benchmark import methods


@dataclass(frozen=True)
class Breaks(Phase):
    name = "breaks"

    def fit(self, state, data, context):
        raise ValueError("this plug-in raises in training")

    def cost(self, task, budget):
        return Cost()


@methods.register("raises")
@dataclass(frozen=True)
class Raises(Method):
    needs_encoder = False

    def phases(self, task):
        return [Breaks()]
"""


def frame(bench, folder):
    return list(csv.DictReader(io.StringIO(bench("export", "--results", str(folder), "--format", "csv").out)))


@pytest.fixture
def places(tmp_path):
    return ("--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache"))


@pytest.mark.slow
def test_a_grid_runs_once_and_is_there_the_second_time(process, bench, places, tmp_path):
    planned = bench("plan", *GRID, *places)
    assert planned.code == 0, planned.err
    assert "4 runs planned, 0 already there, 4 to do" in planned.out
    assert not (tmp_path / "results").exists()

    first = process("run", *GRID, *places)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("profile smoke (")
    assert "stand-in" in first.stdout
    assert len(re.findall(r"^\[\d/4\] done ", first.stderr, re.MULTILINE)) == 4
    rows = frame(bench, tmp_path / "results")
    assert (len(rows), list(rows[0])) == (4, COLUMNS)
    assert {row["status"] for row in rows} == {"done"}

    again = bench("run", *GRID, *places)
    assert again.code == 0, again.err
    assert "4 of them were already computed" in again.out
    assert not re.search(r"^\[\d/4\]", again.err, re.MULTILINE)
    assert frame(bench, tmp_path / "results") == rows
    assert "nothing to run" in bench("plan", *GRID, *places).out

    shown = bench("show", rows[0]["key"][:12], "--results", str(tmp_path / "results"))
    assert shown.code == 0
    assert rows[0]["key"] in shown.out


@pytest.mark.slow
def test_a_run_that_raises_is_kept_as_failed_and_the_others_go_on(process, bench, places, tmp_path):
    plugin = tmp_path / "raises.py"
    plugin.write_text(BROKEN)
    grid = ("--suite", "glue-fewshot", "--profile", "smoke", "--tasks", "sst2", "--seeds", "1", "--methods", "raises,majority")
    done = process("run", *grid, "--plugin", str(plugin), *places)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "this plug-in raises in training" in done.stderr
    assert {row["method"]: row["status"] for row in frame(bench, tmp_path / "results")} == {"raises": "failed", "majority": "done"}


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_had_finished(bench, places, tmp_path, number, code):
    words = ["run", "--suite", "glue-fewshot", "--profile", "smoke", "--methods", "ce,scl,cat,three-phase", "--seeds", "6", *places]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    driver = subprocess.Popen(
        [sys.executable, "-m", "benchmark", *words],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list((tmp_path / "results" / "records").glob("*/*.json")) and time.monotonic() < deadline and driver.poll() is None:
        time.sleep(0.1)
    driver.send_signal(number)
    _, said = driver.communicate(timeout=120)
    assert driver.returncode == code, said
    assert "kept" in said
    assert "Traceback" not in said
    statuses = [row["status"] for row in frame(bench, tmp_path / "results")]
    assert "done" in statuses
    assert "missing" in statuses
