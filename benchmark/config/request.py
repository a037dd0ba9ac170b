"""What the user asked for: every option of `run` and `plan`, typed and checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from benchmark.config.shorthand import (
    check_sampler,
    parse_bytes,
    parse_duration,
    parse_names,
    parse_noises,
    parse_override,
    parse_pairs,
    parse_seeds,
    parse_shots,
    parse_unlabelled,
)
from benchmark.errors import UserError, unknown
from benchmark.records.spec import Frozen

MOST_SEEDS = 1_000_000  # without --allow-huge
MOST_WORKERS = 4096
CACHE_LIMIT = 10 * 10**9


class RunRequest(Frozen):
    """Options of `run` and `plan`. None: what suite and profile say. Make one with `parse`, which takes the command line's notations.

    Args:
        noise: cells in place of the suite's: `none` (clean) or `KIND:LEVEL`.
        seeds: the seeds themselves (`--seeds 5` is 0 to 4).
        splits: cross every seed with this many split seeds.
        set: `method.parameter` -> value as text.
        stage: which stages of a study; None: all of them, in order.
        allow_huge: plan grids that are larger than anybody means by accident.
        search: settings tried per arm and cell, the default among them; None: the defaults.
        until: `decided`: more seeds at planned looks, for each comparison until it is decided.
        transfer: score every predictor on its task's further test sets too.
        cache: None: the user's cache folder of this platform.
        cache_limit: bytes.
        executor: what carries the runs out; `address`: where the cluster's head is, for those that have one.
        time_limit, memory_limit: seconds, and bytes of resident memory, that one run may take.
    """

    suite: str
    profile: str = "embedded"
    methods: tuple[str, ...] | None = None
    tasks: tuple[str, ...] | None = None
    shots: tuple[str, ...] | None = None
    noise: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    splits: int | None = Field(None, gt=0, le=MOST_SEEDS)
    protocol: Literal["honest", "paper"] | None = None
    unlabelled: int | Literal["pool"] | None = None
    sampler: str | None = None
    data_root: Path | None = None
    task_files: dict[str, Path] = Field(default_factory=dict)
    encoder: str | None = None
    device: str | None = Field(None, pattern=r"^(cpu|cuda(:\d+)?)$")
    precision: Literal["fp32", "bf16"] | None = None
    threads: int | None = Field(None, gt=0)
    results: Path = Field(Path("results/runs"), validate_default=True)
    cache: Path | None = None
    cache_limit: int = Field(CACHE_LIMIT, ge=0)
    workers: Annotated[int, Field(gt=0)] | Literal["auto"] = "auto"
    executor: Literal["local", "inline", "ray", "slurm"] = "local"
    address: str | None = None
    time_limit: float | None = Field(None, gt=0)
    memory_limit: int | None = Field(None, gt=0)
    plugins: tuple[str, ...] = ()
    set: dict[str, str] = Field(default_factory=dict)
    stage: tuple[str, ...] | None = None
    search: int | None = Field(None, gt=1, le=10_000)
    until: Literal["decided"] | None = None
    rerun: bool = False
    transfer: bool = False
    allow_huge: bool = False
    keep_probabilities: bool = False
    keep_representations: bool = False
    trace: Path | None = None
    verbose: bool = False

    @classmethod
    def parse(cls, **given: Any) -> RunRequest:
        """A request from options as typed (`shots="20,100"`, `seeds="3-7"`, `set=["scl.temperature=0.1"]`) or in Python form.

        Raises:
            UserError: an unknown option or a value that is not allowed.
        """
        options = {_RENAMED.get(name, name): value for name, value in given.items() if value is not None}
        for name in options:
            if name not in cls.model_fields:
                raise unknown("option", name, cls.model_fields)
        parsers = _PARSERS if given.get("allow_huge") else _PARSERS | {"seeds": lambda seeds: parse_seeds(seeds, MOST_SEEDS)}
        values = {name: parsers[name](value) if name in parsers else value for name, value in options.items()}
        try:
            return cls(**values)
        except ValidationError as error:
            raise _told(error) from error

    @field_validator("results", "cache", "data_root", "task_files", "plugins")
    @classmethod
    def _absolute(cls, given: Any) -> Any:
        """Paths as they are meant now, wherever a method or a caller changes the working directory to later."""
        if isinstance(given, dict):
            return {name: path.absolute() for name, path in given.items()}
        if isinstance(given, tuple):
            return tuple(str(Path(item).absolute()) if Path(item).is_file() else item for item in given)
        return None if given is None else given.absolute()

    @model_validator(mode="after")
    def _looks_set_the_seeds(self) -> RunRequest:
        if self.until is not None and (self.seeds is not None or self.splits is not None):
            given = "--seeds" if self.seeds is not None else "--splits"
            raise UserError(
                f"{given} was given with --until decided.", "The looks say how many seeds there are: 5, 10, 20, 50.", f"Leave out {given}."
            )
        return self

    @property
    def cache_folder(self) -> Path:
        """Where shared phases are kept: `cache`, or the user's cache folder of this platform."""
        if self.cache is not None:
            return self.cache
        from platformdirs import user_cache_path

        return user_cache_path("benchmark", appauthor=False)


def _names_as_text(given: Any) -> tuple[str, ...]:
    return (str(given),) if isinstance(given, (str, Path)) else tuple(str(item) for item in given)


def _overrides(given: Any) -> dict[str, str]:
    pairs = parse_pairs(given, "--set", "METHOD.PARAM=VALUE")
    for name, value in pairs.items():
        parse_override(f"{name}={value}")
    return pairs


def _existing(given: Any) -> Path:
    if not Path(given).is_dir():
        raise UserError(f"--data-root {str(given)!r} is not a folder.", "A folder laid out <org>__<name>/<config>/<split>-*.parquet.", "")
    return Path(given)


def _files(given: Any) -> dict[str, Path]:
    found = {name: Path(path) for name, path in parse_pairs(given, "--task-file", "NAME=PATH").items()}
    for name, path in found.items():
        if not path.is_file():
            raise UserError(
                f"The file {str(path)!r} of the task {name!r} does not exist.", "A CSV, JSONL or parquet file.", "Correct --task-file."
            )
    return found


def _workers(given: Any) -> int | str:
    text = str(given).strip()
    if text == "auto":
        return text
    if not text.isdecimal() or not 0 < int(text) <= MOST_WORKERS:
        raise UserError(f"--workers {given!r} was given.", f"Allowed: auto, or a number from 1 to {MOST_WORKERS}.", "")
    return int(text)


_RENAMED = {"plugin": "plugins", "task_file": "task_files"}
_PARSERS: dict[str, Callable[[Any], Any]] = {
    "suite": str,
    "profile": str,
    "encoder": str,
    "methods": parse_names,
    "tasks": parse_names,
    "shots": parse_shots,
    "noise": parse_noises,
    "seeds": parse_seeds,
    "stage": parse_names,
    "unlabelled": parse_unlabelled,
    "sampler": check_sampler,
    "data_root": _existing,
    "task_files": _files,
    "cache_limit": parse_bytes,
    "workers": _workers,
    "time_limit": parse_duration,
    "memory_limit": parse_bytes,
    "plugins": _names_as_text,
    "set": _overrides,
}


def _told(error: ValidationError) -> UserError:
    """The first mistakes in the option's own words."""
    told = [f"--{str(e['loc'][0]).replace('_', '-')} {e['input']!r}: {e['msg'][0].lower()}{e['msg'][1:]}." for e in error.errors()]
    return UserError(" ".join(dict.fromkeys(told)), "", "Correct the option.")
