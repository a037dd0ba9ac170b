"""A Ray cluster of two nodes, for real: in a network namespace that has nothing but the loopback device. `pytest -m cluster`."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[4]
PORT = 6399
SECOND = "127.0.0.2"
RAY = Path(sys.executable).with_name("ray")


@dataclass
class Cluster:
    """Two nodes. What lies in `hidden` is seen by the first one only: over the second one's, another file system is mounted."""

    namespace: str
    folder: Path
    hidden: Path
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def environment(self, **other: str) -> dict[str, str]:
        ours = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token, "RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
        return os.environ | ours | other

    def inside(self, *command: str, **environment: str) -> list[Any]:
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace, *command],
            env=self.environment(**environment),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return [done.returncode, done.stdout + done.stderr]

    def start(self) -> None:
        """A head with one slot and a second node with one slot."""
        plain = ["--num-cpus", "1", "--object-store-memory", "80000000", "--temp-dir"]
        head = [str(RAY), "start", "--head", "--port", str(PORT), "--node-ip-address", "127.0.0.1", "--include-dashboard=false"]
        other = [str(RAY), "start", "--address", f"127.0.0.1:{PORT}", "--node-ip-address", SECOND]
        mounted = ["sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(self.hidden)]
        self._retried([*head, *plain, str(self.folder / "1")])
        self._retried([*mounted, *other, *plain, str(self.folder / "2")])

    def run(self, results: Path, *options: str, **environment: str) -> list[Any]:
        return self.inside(*self.command(results, *options), **environment)

    def command(self, results: Path, *options: str) -> list[str]:
        suite = ["--suite", "glue-fewshot", "--profile", "smoke", "--tasks", "sst2"]
        places = ["--results", str(results), "--cache", f"{results}-cache", "--executor", "ray", "--address", f"127.0.0.1:{PORT}"]
        return [sys.executable, "-m", "benchmark", "run", *suite, *places, *options]

    def processes(self) -> list[psutil.Process]:
        told = subprocess.run(["ip", "netns", "pids", self.namespace], capture_output=True, text=True).stdout.split()
        return [psutil.Process(int(pid)) for pid in told if psutil.pid_exists(int(pid))]

    def kill_second(self) -> None:
        """The second node, all at once: its raylet and everything below it."""
        (raylet,) = [p for p in self.processes() if p.name() == "raylet" and str(self.folder / "2") in " ".join(p.cmdline())]
        for process in [raylet, *raylet.children(recursive=True)]:
            process.kill()

    def _retried(self, command: list[str]) -> None:
        """On a machine that is busy Ray's own start-up runs into time limits that cannot be set."""
        for _ in range(3):
            code, told = self.inside(*command)
            if code == 0:
                return
        pytest.skip(f"Ray did not start here: {told[-300:]}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two nodes, up; every process in their namespace is ended afterwards."""
    pytest.importorskip("ray")
    folder = tmp_path_factory.mktemp("r")  # short: Ray's sockets lie in it
    folder.chmod(0o700)
    (hidden := folder / "hidden").mkdir()
    made = Cluster(f"benchmark-{secrets.token_hex(3)}", folder, hidden)
    if shutil.which("ip") is None or subprocess.run(["ip", "netns", "add", made.namespace], capture_output=True).returncode:
        pytest.skip("no right to make a network namespace here")
    try:
        made.inside("ip", "link", "set", "lo", "up")
        made.start()
        yield made
    finally:
        for process in made.processes():
            process.kill()
        subprocess.run(["ip", "netns", "del", made.namespace], check=False)


def records_of(results: Path) -> list[RunRecord]:
    return [record for record in RecordStore(results) if isinstance(record, RunRecord)]


def test_a_node_that_does_not_see_the_results_folder_is_named_before_anything_runs(cluster: Cluster) -> None:
    code, told = cluster.run(cluster.hidden / "results", "--methods", "majority", "--seeds", "2")
    assert code == 2, told
    assert f"The node {SECOND}" in told
    assert "does not see the results folder" in told
    assert records_of(cluster.hidden / "results") == []


def test_who_has_no_token_does_not_get_in(cluster: Cluster, tmp_path: Path) -> None:
    code, told = cluster.run(tmp_path / "results", "--methods", "majority", RAY_AUTH_TOKEN=secrets.token_hex(16))
    assert code == 2, told
    assert "the token that it was started with" in told
    code, told = cluster.run(tmp_path / "results", "--methods", "majority", RAY_AUTH_MODE="disabled")
    assert code == 2, told
    assert "RAY_AUTH_MODE" in told


def test_a_method_that_dies_costs_its_run_alone_and_plug_ins_travel(cluster: Cluster, plugin: Path, tmp_path: Path) -> None:
    options = ("--methods", "majority,dies", "--seeds", "1", "--plugin", str(plugin), "--workers", "2")
    code, told = cluster.run(tmp_path / "results", *options)
    assert code == 1, told
    assert {record.spec.method.name: record.status for record in records_of(tmp_path / "results")} == {"majority": "done", "dies": "killed"}


def test_a_grid_is_finished_though_a_node_is_killed_in_mid_run(cluster: Cluster, plugin: Path, tmp_path: Path) -> None:
    """The last one: the second node does not come back."""
    results = tmp_path / "results"
    options = ("--methods", "breathes", "--seeds", "10", "--plugin", str(plugin), "--workers", "2")
    command = ["ip", "netns", "exec", cluster.namespace, *cluster.command(results, *options)]
    with (tmp_path / "told").open("w") as told:
        driver = subprocess.Popen(command, env=cluster.environment(), cwd=ROOT, stdout=told, stderr=told)
        _eventually(lambda: len(records_of(results)) >= 2)
        cluster.kill_second()
        code = driver.wait(timeout=400)
    records = records_of(results)
    assert code == 0, (tmp_path / "told").read_text()
    assert [record.status for record in records] == ["done"] * 10
    assert socket.gethostname() not in "".join(record.model_dump_json() for record in records)
    assert not list(results.glob(".seen-*"))


def _eventually(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while not happened():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.2)
