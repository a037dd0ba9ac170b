"""The keyword options of the Python API, made from the fields of `RunRequest` and of the report's `Options`.

Written by `python tests/benchmark/cli/test_keyword_options.py`; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypedDict


class RunOptions(TypedDict, total=False):
    """The options of `plan` and `run`: those of the command line, with underscores. What is left out is what suite and profile say."""

    stage: str | Iterable[str]
    """Only these stages of a study. Default: all, in order. As on the command line: `1,2`."""

    methods: str | Iterable[str]
    """Only these methods; also a family (list methods) or controls-of:METHOD. As on the command line: `A,B`."""

    tasks: str | Iterable[str]
    """Only these tasks. As on the command line: `T,U`."""

    shots: str | int | Iterable[str | int]
    """Training examples: in total, per class, a share, or all. As on the command line: `20,100,16/class,50%,all`."""

    noise: str | Iterable[str]
    """Noise in the training data (list noise); 'none' for clean. As on the command line: `KIND:LEVEL,...`."""

    seeds: str | int | Iterable[int]
    """How many seeds (5 is 0 to 4), or which (3-7; 5-5 is seed 5). As on the command line: `5|3-7`."""

    splits: int
    """Cross every seed with M split seeds, instead of one new split per seed. As on the command line: `M`."""

    protocol: Literal["honest", "paper"]
    """Report every run, or do what the paper did. As on the command line: `honest|paper`."""

    unlabelled: str | int
    """Unlabelled texts from the training pool. As on the command line: `0|2000|pool`."""

    sampler: str
    """Batches: a reshuffled stream, or P classes with K each. As on the command line: `natural|pk:8,2`."""

    data_root: str | Path
    """A local mirror of the datasets. As on the command line: `DIR`."""

    task_file: Iterable[str] | dict[str, str]
    """A task from a CSV, JSONL or parquet file. Repeatable. As on the command line: `NAME=PATH`."""

    encoder: str
    """Which encoder (list encoders), or a folder with safetensors. As on the command line: `NAME_OR_DIR`."""

    device: str
    """Where to train. Part of a run's identity. As on the command line: `cpu|cuda`."""

    precision: Literal["fp32", "bf16"]
    """Precision of the passes. Part of a run's identity. As on the command line: `fp32|bf16`."""

    threads: int
    """Threads per run. Part of a run's identity. As on the command line: `T`."""

    results: str | Path
    """Where the records are. Default: results/runs. As on the command line: `DIR`."""

    cache: str | Path
    """Where phases that several runs share are stored. As on the command line: `DIR`."""

    cache_limit: str | int
    """Most bytes in the cache; least recently used out first. As on the command line: `SIZE`."""

    workers: int | str
    """How many runs go at once. Default: auto, as cores and memory allow. Changes no number. As on the command line: `N|auto`."""

    executor: Literal["local", "inline", "ray", "slurm"]
    """What does the runs (docs/scaling.md). Changes no number. As on the command line: `local|inline|ray|slurm`."""

    address: str
    """The head of a running Ray cluster; for slurm: local, which does its jobs here. As on the command line: `HOST:PORT`."""

    time_limit: str | float
    """A run over it is ended and recorded as timeout. As on the command line: `90s|30m|2h`."""

    memory_limit: str | int
    """A run whose worker holds more is ended and recorded as failed. As on the command line: `SIZE`."""

    plugin: str | Path | Iterable[str | Path]
    """Load methods or tasks from this file or module. Repeatable. As on the command line: `FILE_OR_MODULE`."""

    set: Iterable[str] | dict[str, str]
    """Change a method's parameter. Repeatable. As on the command line: `METHOD.PARAM=VALUE`."""

    search: int
    """Tune every arm first: so many settings each, chosen by development score. As on the command line: `TRIALS`."""

    until: Literal["decided"]
    """Looks at 5, 10, 20, 50 seeds, each comparison until it is decided. As on the command line: `decided`."""

    allow_huge: bool
    """Lift the limits of 1,000,000 seeds and 200,000 runs."""

    rerun: bool
    """Run again what is already computed, and what killed its process twice."""

    transfer: bool
    """Score on the tasks' further test sets too."""

    keep_probabilities: bool
    """Keep every class probability in a side file."""

    keep_representations: bool
    """Keep the test texts' vectors in a side file."""

    trace: str | Path
    """Write every training step as CSV there, and as TensorBoard events where tensorboard is installed. As on the command line: `DIR`."""


class SourceOptions(TypedDict, total=False):
    """Where `verify` finds what the first runs read."""

    data_root: str | Path
    """A local mirror of the datasets. As on the command line: `DIR`."""

    task_file: Iterable[str] | dict[str, str]
    """A task from a CSV, JSONL or parquet file. Repeatable. As on the command line: `NAME=PATH`."""

    encoder: str
    """Which encoder (list encoders), or a folder with safetensors. As on the command line: `NAME_OR_DIR`."""

    plugin: str | Path | Iterable[str | Path]
    """Load methods or tasks from this file or module. Repeatable. As on the command line: `FILE_OR_MODULE`."""


class ReportOptions(TypedDict, total=False):
    """The options of `report`."""

    suite: str
    """Only this one; None: all with records."""

    table: str
    """`PAPER/TABLE`, or None for everything."""

    formats: str
    """`md,latex,html,csv,json` or a part of it; None: all."""

    against: str
    """The baseline; None: that of the suite."""

    family: str
    """`suite` or `task`: what Holm's correction spans."""

    figures: bool
    """Whether to draw; a page without them is made much faster."""

    registration: str | Path
    """The file of `plan --freeze` that the results are compared with."""

    readme: str | Path
    """A document whose block of answers is written again, and nothing else but the figure in it."""
