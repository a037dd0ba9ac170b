"""Where a run finds what it reads and leaves what it makes. Nothing of it is in a key."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.config.encoder import EncoderConfig
from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.grid import Grid


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
        keep_probabilities, keep_representations: write the test set's class probabilities, or its vectors, into a side file.
        transfer: score every predictor on its task's further test sets too.
        trace: folder for a trace of every training step, or None.
        rerun: do a run even where its record is there.
        packed: several runs go at once on one GPU, so that the timings of each say little about it alone; their records say so.
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
    keep_representations: bool = False
    trace: Path | None = None
    transfer: bool = False
    rerun: bool = False
    packed: bool = False


def make_workspace(request: RunRequest, grid: Grid) -> Workspace:
    """The places and switches of a request."""
    embedded = grid.profile.data == "embedded"
    return Workspace(
        results=request.results,
        cache=request.cache_folder,
        data_root=None if embedded else _existing(request.data_root or data_root_of_environment()),
        embedded=embedded,
        task_files=dict(request.task_files),
        encoder=grid.encoder,
        plugins=request.plugins,
        cache_limit=request.cache_limit,
        keep_probabilities=request.keep_probabilities,
        keep_representations=request.keep_representations,
        trace=None if request.trace is None else request.trace.resolve(),
        transfer=(request.transfer or grid.suite.transfer) and not embedded,
        rerun=request.rerun,
    )


def data_root_of_environment() -> Path | None:
    """BENCHMARK_DATA_ROOT, for users whose mirror always lies in one place."""
    given = os.environ.get("BENCHMARK_DATA_ROOT")
    return Path(given) if given else None


def _existing(folder: Path | None) -> Path | None:
    if folder is not None and not folder.is_dir():
        raise UserError(
            f"--data-root {str(folder)!r} is no folder.", "A mirror holds <org>__<name>/<config>/<split>-*.parquet.", "Correct the path."
        )
    return folder
