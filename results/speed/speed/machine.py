"""What the figures were measured on. No host, no user, no path."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from speed.setting import Setting

LIBRARIES = ("torch", "transformers", "accelerate", "sentence-transformers", "tokenizers", "datasets")


def facts(setting: Setting) -> dict[str, Any]:
    """Machine, libraries and setting, by what a reader calls them."""
    import psutil

    from benchmark.running.machine.provenance import git_state, processor

    git = git_state()
    return {
        "code": "not from a checkout" if git is None else f"{git.commit[:12]}{', with changes' if git.dirty else ''}",
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "device": _device(setting.device),
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        "precision": f"{setting.precision}; the stock script fp32",
        "threads": f"{setting.threads} for a single run on either side",
        "data": setting.data,
        "encoder": Path(setting.encoder).name,
        "processor busy with other work before the start": f"{psutil.cpu_percent(interval=2.0):.0f} %",
    }


def _version(name: str) -> str:
    import importlib.metadata

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _device(device: str) -> str:
    if device == "cpu":
        return "cpu"
    import torch

    return f"{torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}"
