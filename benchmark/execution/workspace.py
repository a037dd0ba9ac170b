"""Where a run finds what it reads and leaves what it makes. Nothing of it is in a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmark.config.encoder import EncoderConfig


@dataclass(frozen=True)
class Workspace:
    """The places and switches of one command, the same for all its runs. Picklable: it travels to the workers.

    Args:
        results: the records' folder.
        cache: the phase cache's folder, never inside `results`.
        data_root: the local mirror, or None for the hub.
        embedded: take the embedded stand-in data.
        task_files: task name -> file of a user's own data.
        encoder: the encoder's description; its folder is found by each process for itself.
        plugins: files and modules to load before the first run.
        shared: keys of the phase states that two or more planned runs read; only these are cached.
        cache_limit: bytes.
        keep_probabilities: write the test probabilities into a side file.
    """

    results: Path
    cache: Path
    data_root: Path | None = None
    embedded: bool = False
    task_files: dict[str, Path] = field(default_factory=dict)
    encoder: EncoderConfig | None = None
    plugins: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    cache_limit: int = 10 * 2**30
    keep_probabilities: bool = False
