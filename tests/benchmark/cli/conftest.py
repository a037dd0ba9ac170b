"""How these tests call the command line: in this process where they can, as a process of its own where they must."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Outcome:
    """What a command line left: exit code and both streams."""

    code: int
    out: str
    err: str


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """One command line in this process, from an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BENCHMARK_DEBUG", raising=False)

    def call(*words: str) -> Outcome:
        from benchmark.cli.app import main

        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """One command line in a process of its own, from an empty folder."""

    def call(*words: str, command: tuple[str, ...] = ("-m", "benchmark"), timeout: float = 120) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
        line = [sys.executable, *command, *words]
        return subprocess.run(line, capture_output=True, text=True, timeout=timeout, cwd=tmp_path, env=environment)

    return call
