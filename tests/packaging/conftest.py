"""Wheels, built from clean copies and unpacked: what an installation of a pure-Python wheel comes to. No network, no pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGES = ("benchmark", "methods", "baselines", "reports")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


def install(source: Path, target: Path) -> Path:
    """Build the wheel of the project in `source` and unpack it into `target`."""
    done = subprocess.run([sys.executable, "-c", BUILD, str(target)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    wheel = next(target.glob("*.whl"))
    zipfile.ZipFile(wheel).extractall(target)
    wheel.unlink()
    return target


@pytest.fixture(scope="session")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which our own wheel is installed."""
    pytest.importorskip("setuptools")
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        if (root / package).is_dir():
            shutil.copytree(root / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / file, source)
    return install(source, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="session")
def sample_plugin(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the separate sample project is installed, and nothing else."""
    pytest.importorskip("setuptools")
    source = tmp_path_factory.mktemp("sample") / "project"
    shutil.copytree(root / "tests" / "sample_plugin", source, ignore=shutil.ignore_patterns("__pycache__"))
    return install(source, tmp_path_factory.mktemp("plugin"))


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run `python -m benchmark ...` in an empty folder, with these folders first on the path."""

    def run(*words: str, path: tuple[Path, ...] = (), timeout: float = 240) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(folder) for folder in path), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "benchmark", *words]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=timeout)

    return run
