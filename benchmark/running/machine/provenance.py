"""Provenance of a record: library versions, hardware model, determinism flags, state of the code. No host, user, path or variable."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmark.records.record import GitState
from benchmark.records.spec import Compute

LIBRARIES = (
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "datasets",
    "evaluate",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "pyarrow",
)


@lru_cache(maxsize=8)
def _machine(device: str) -> dict[str, Any]:
    """What does not change while a process lives."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version(name) for name in LIBRARIES},
        "processor": processor(),
        "device": _device_name(device),
    }


def environment(compute: Compute) -> dict[str, Any]:
    """What makes an env_id: a table that mixes two of them says so. Precision and threads are in the spec, and so not in here.

    The flags are those of this process now: call `honour` first, which sets them.
    """
    from benchmark.running.machine.compute import flags

    return {**_machine(compute.device), "flags": flags()}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _device_name(device: str) -> str:
    if device == "cpu":
        return "cpu"
    import torch

    if not torch.cuda.is_available():  # a driver without a GPU records a run that died on a node with one
        return f"{device}, not of this machine"
    return f"{torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}"


@lru_cache(maxsize=1)
def git_state() -> GitState | None:
    """Commit of the source checkout this package runs from, and whether its tracked files differ; None for an installed package."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", "benchmark", "methods", "baselines", "pyproject.toml")
    except (OSError, subprocess.SubprocessError):
        return None
    return GitState(commit=commit, dirty=bool(changed))


def uncommitted(root: Path | None = None) -> list[str]:
    """Files of a git checkout that differ from its commit or that git does not know, ignored ones left out.

    Args:
        root: the checkout; None: the one that this package runs from.
    """
    root = root or Path(__file__).resolve().parents[3]
    return [line.split(maxsplit=1)[1] for line in _git(root, "status", "--porcelain", "--untracked-files=all").splitlines()]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()
