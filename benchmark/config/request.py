"""What the user asked for: every option of `run` and `plan`, typed and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo

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
DEVICE = r"^(cpu|cuda(:\d+)?)$"


@dataclass(frozen=True)
class Option:
    """How a field of the request is given on the command line.

    Args:
        metavar: what stands for its value in the help text; "" for a switch.
        help: one line.
        name: of the option, where it is not the field's.
        local: whether it belongs to this machine or this one command, and so is not in the manifest.
    """

    metavar: str
    help: str
    name: str = ""
    local: bool = False


class RunRequest(Frozen):
    """The options of `run`, `plan` and `prepare`, written once: the command line, the Python API's keywords, the manifest's entry and the
    help text are made from these fields. None: what suite and profile say. Make one with `parse`, which takes the command line's notations.

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
        executor: what does the runs; `address`: where the cluster's head is, for those that have one.
        time_limit, memory_limit: seconds, and bytes of resident memory, that one run may take.
    """

    suite: Annotated[str, Option("NAME_OR_TOML", "Which grid of cells and arms (list suites).")]
    profile: Annotated[str, Option("NAME_OR_TOML", "What it runs on (list profiles). Default: embedded.")] = "embedded"
    stage: Annotated[tuple[str, ...] | None, Option("1,2", "Only these stages of a study. Default: all, in order.")] = None
    methods: Annotated[tuple[str, ...] | None, Option("A,B", "Only these methods; also a family (list methods) or controls-of:METHOD.")] = (
        None
    )
    tasks: Annotated[tuple[str, ...] | None, Option("T,U", "Only these tasks.")] = None
    shots: Annotated[
        tuple[str, ...] | None, Option("20,100,16/class,50%,all", "Training examples: in total, per class, a share, or all.")
    ] = None
    noise: Annotated[tuple[str, ...] | None, Option("KIND:LEVEL,...", "Noise in the training data (list noise); 'none' for clean.")] = None
    seeds: Annotated[tuple[int, ...] | None, Option("5|3-7", "How many seeds (5 is 0 to 4), or which (3-7; 5-5 is seed 5).")] = None
    splits: Annotated[int | None, Option("M", "Cross every seed with M split seeds, instead of one new split per seed.")] = Field(
        None, gt=0, le=MOST_SEEDS
    )
    protocol: Annotated[Literal["honest", "paper"] | None, Option("honest|paper", "Report every run, or do what the paper did.")] = None
    unlabelled: Annotated[int | Literal["pool"] | None, Option("0|2000|pool", "Unlabelled texts from the training pool.")] = None
    sampler: Annotated[str | None, Option("natural|pk:8,2", "Batches: a reshuffled stream, or P classes with K each.")] = None
    data_root: Annotated[Path | None, Option("DIR", "A local mirror of the datasets.", local=True)] = None
    task_files: Annotated[
        dict[str, Path], Option("NAME=PATH", "A task from a CSV, JSONL or parquet file. Repeatable.", name="task_file", local=True)
    ] = Field(default_factory=dict)
    encoder: Annotated[str | None, Option("NAME_OR_DIR", "Which encoder (list encoders), or a folder with safetensors.")] = None
    device: Annotated[str | None, Option("cpu|cuda", "Where to train. Part of a run's identity.")] = Field(None, pattern=DEVICE)
    precision: Annotated[Literal["fp32", "bf16"] | None, Option("fp32|bf16", "Precision of the passes. Part of a run's identity.")] = None
    threads: Annotated[int | None, Option("T", "Threads per run. Part of a run's identity.")] = Field(None, gt=0)
    results: Annotated[Path, Option("DIR", "Where the records are. Default: results/runs.", local=True)] = Field(
        Path("results/runs"), validate_default=True
    )
    cache: Annotated[Path | None, Option("DIR", "Where phases that several runs share are stored.", local=True)] = None
    cache_limit: Annotated[int, Option("SIZE", "Most bytes in the cache; least recently used out first.", local=True)] = Field(
        CACHE_LIMIT, ge=0
    )
    workers: Annotated[
        Annotated[int, Field(gt=0)] | Literal["auto"],
        Option("N|auto", "How many runs go at once. Default: auto, as cores and memory allow. Changes no number.", local=True),
    ] = "auto"
    executor: Annotated[
        Literal["local", "inline", "ray", "slurm"],
        Option("local|inline|ray|slurm", "What does the runs (docs/scaling.md). Changes no number.", local=True),
    ] = "local"
    address: Annotated[
        str | None, Option("HOST:PORT", "The head of a running Ray cluster; for slurm: local, which does its jobs here.", local=True)
    ] = None
    time_limit: Annotated[float | None, Option("90s|30m|2h", "A run over it is ended and recorded as timeout.", local=True)] = Field(
        None, gt=0
    )
    memory_limit: Annotated[int | None, Option("SIZE", "A run whose worker holds more is ended and recorded as failed.", local=True)] = (
        Field(None, gt=0)
    )
    plugins: Annotated[
        tuple[str, ...],
        Option("FILE_OR_MODULE", "Load methods or tasks from this file or module. Repeatable.", name="plugin", local=True),
    ] = ()
    set: Annotated[dict[str, str], Option("METHOD.PARAM=VALUE", "Change a method's parameter. Repeatable.")] = Field(default_factory=dict)
    search: Annotated[int | None, Option("TRIALS", "Tune every arm first: so many settings each, chosen by development score.")] = Field(
        None, gt=1, le=10_000
    )
    until: Annotated[Literal["decided"] | None, Option("decided", "Looks at 5, 10, 20, 50 seeds, each comparison until it is decided.")] = (
        None
    )
    allow_huge: Annotated[bool, Option("", "Lift the limits of 1,000,000 seeds and 200,000 runs.", local=True)] = False
    rerun: Annotated[bool, Option("", "Run again what is already computed, and what killed its process twice.", local=True)] = False
    transfer: Annotated[bool, Option("", "Score on the tasks' further test sets too.")] = False
    keep_probabilities: Annotated[bool, Option("", "Keep every class probability in a side file.")] = False
    keep_representations: Annotated[bool, Option("", "Keep the test texts' vectors in a side file.")] = False
    trace: Annotated[
        Path | None,
        Option("DIR", "Write every training step as CSV there, and as TensorBoard events where tensorboard is installed.", local=True),
    ] = None

    @classmethod
    def accepted(cls) -> dict[str, Any]:
        """Option -> the type of what `parse` takes for it: what its parser takes, or the field's own type; a path also as text."""
        types: dict[str, Any] = {}
        for (name, info, _), field in zip(cls.options(), cls.model_fields, strict=True):
            parser = _PARSERS.get(field)
            hints = get_type_hints(parser) if isinstance(parser, FunctionType) else {"given": parser or info.annotation}
            types[name] = next(iter(hints.values()))
        return types

    @classmethod
    def options(cls) -> Iterator[tuple[str, FieldInfo, Option]]:
        """The fields with what the command line says of each, under the option's name."""
        for field, info in cls.model_fields.items():
            option = next(item for item in info.metadata if isinstance(item, Option))
            yield option.name or field, info, option

    def as_given(self) -> dict[str, Any]:
        """The options as a manifest has them, for a reader who repeats the command: without what belongs to this machine alone."""
        local = {field for field, (_, _, option) in zip(type(self).model_fields, self.options(), strict=True) if option.local}
        given = self.model_dump(mode="json", exclude=local, exclude_defaults=True)
        return {name: Path(value).name if name in ("suite", "profile", "encoder") else value for name, value in given.items()}

    @classmethod
    def parse(cls, **given: Any) -> RunRequest:
        """A request from options as typed (`shots="20,100"`, `seeds="3-7"`, `set=["scl.temperature=0.1"]`) or in Python form.

        Raises:
            UserError: an unknown option or a value that is not allowed.
        """
        fields = {option: field for field, (option, _, _) in zip(cls.model_fields, cls.options(), strict=True)}
        options = {fields.get(name, name): value for name, value in given.items() if value is not None}
        for name in options:
            if name not in cls.model_fields:
                raise unknown("option", name, fields)
        parsers = _PARSERS if given.get("allow_huge") else _PARSERS | {"seeds": lambda seeds: parse_seeds(seeds, MOST_SEEDS)}
        values = {name: parsers[name](value) if name in parsers else value for name, value in options.items()}
        try:
            return cls(**values)
        except ValidationError as error:
            raise _refused(error) from error

    @field_validator("results", "cache", "data_root", "task_files", "plugins", "trace")
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


def names_as_text(given: str | Path | Iterable[str | Path]) -> tuple[str, ...]:
    """One plug-in or several, each a path or a name, as the text that a request keeps."""
    return (str(given),) if isinstance(given, (str, Path)) else tuple(str(item) for item in given)


def _overrides(given: Iterable[str] | dict[str, str]) -> dict[str, str]:
    pairs = parse_pairs(given, "--set", "METHOD.PARAM=VALUE")
    for name, value in pairs.items():
        parse_override(f"{name}={value}")
    return pairs


def _existing(given: str | Path) -> Path:
    if not Path(given).is_dir():
        raise UserError(f"--data-root {str(given)!r} is not a folder.", "A folder laid out <org>__<name>/<config>/<split>-*.parquet.", "")
    return Path(given)


def _files(given: Iterable[str] | dict[str, str]) -> dict[str, Path]:
    found = {name: Path(path) for name, path in parse_pairs(given, "--task-file", "NAME=PATH").items()}
    for name, path in found.items():
        if not path.is_file():
            raise UserError(
                f"The file {str(path)!r} of the task {name!r} does not exist.", "A CSV, JSONL or parquet file.", "Correct --task-file."
            )
    return found


def _device(given: str) -> str:
    if not re.match(DEVICE, str(given)):
        raise UserError(f"--device {given!r} was given.", "Allowed: cpu, cuda or cuda:N.", "Correct --device.")
    return given


def _workers(given: int | str) -> int | str:
    text = str(given).strip()
    if text == "auto":
        return text
    if not text.isdecimal() or not 0 < int(text) <= MOST_WORKERS:
        raise UserError(f"--workers {given!r} was given.", f"Allowed: auto, or a number from 1 to {MOST_WORKERS}.", "")
    return int(text)


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
    "device": _device,
    "unlabelled": parse_unlabelled,
    "sampler": check_sampler,
    "data_root": _existing,
    "task_files": _files,
    "cache_limit": parse_bytes,
    "workers": _workers,
    "time_limit": parse_duration,
    "memory_limit": parse_bytes,
    "plugins": names_as_text,
    "set": _overrides,
}


def _refused(error: ValidationError) -> UserError:
    """The first mistakes in the option's own words."""
    mistakes = [f"--{str(e['loc'][0]).replace('_', '-')} {e['input']!r}: {e['msg'][0].lower()}{e['msg'][1:]}." for e in error.errors()]
    return UserError(" ".join(dict.fromkeys(mistakes)), "", "Correct the option.")
