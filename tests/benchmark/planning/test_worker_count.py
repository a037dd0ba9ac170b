"""How many workers `auto` means: cores, a container's share of them, memory, and never more than there are runs left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.toml_files import load_encoder
from benchmark.planning import worker_count as module
from benchmark.planning.worker_count import GIB, usable_cores, usable_memory, worker_count
from benchmark.records.spec import Compute

CPU = Compute(device="cpu", precision="fp32", threads=1)
RequestOf = Callable[..., RunRequest]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, float], None]:
    """A machine with so many cores and so many GiB of free memory."""

    def make(cores: int, memory: float) -> None:
        monkeypatch.setattr(module, "usable_cores", lambda: cores)
        monkeypatch.setattr(module, "usable_memory", lambda: int(memory * GIB))

    return make


@pytest.mark.parametrize(
    ("cores", "memory", "todo", "threads", "workers"),
    [(2, 24, 99, 1, 2), (64, 24, 99, 1, 24), (64, 240, 3, 1, 3), (8, 240, 99, 4, 2), (1, 0.1, 99, 1, 1), (4, 99, 0, 1, 1)],
)
def test_auto(
    machine: Callable[[int, float], None], request_of: RequestOf, cores: int, memory: float, todo: int, threads: int, workers: int
) -> None:
    machine(cores, memory)
    compute = CPU.model_copy(update={"threads": threads})
    found = worker_count(request_of(executor="local"), compute, load_encoder("random-tiny"), todo)
    assert found.count == workers
    assert found.reason.startswith(f"auto: {cores} core")


def test_it_is_told_in_a_few_words(machine: Callable[[int, float], None], request_of: RequestOf) -> None:
    machine(2, 24)
    assert str(worker_count(request_of(executor="local"), CPU, load_encoder("random-tiny"), 9)) == "2 workers (auto: 2 cores, 24 GiB)"
    assert str(worker_count(request_of(executor="local", workers=1), CPU, load_encoder("random-tiny"), 9)) == "1 worker"
    gpu = CPU.model_copy(update={"device": "cuda:1"})
    assert str(worker_count(request_of(executor="local"), gpu, load_encoder("random-tiny"), 9)) == "1 worker (auto: one for cuda:1)"


def test_a_containers_share_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "CGROUP", tmp_path)
    monkeypatch.setattr(module.psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * GIB))
    cores = usable_cores()
    assert cores >= 1
    assert usable_memory() == 8 * GIB
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "memory.max").write_text(f"{GIB}\n")
    (tmp_path / "memory.current").write_text(f"{GIB // 4}\n")
    assert usable_cores() == 1
    assert usable_memory() == GIB - GIB // 4
    (tmp_path / "memory.max").write_text(f"{64 * GIB}\n")
    assert usable_memory() == 8 * GIB
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert usable_cores() == cores
