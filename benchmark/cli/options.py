"""The options that run, plan and prepare share: one table. An option that is not given is not passed on, so that the suite's and
the profile's own values hold, and only what was given marks the profile as overridden (`laptop*`)."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest

Option = typer.Option
Plugins = Annotated[list[str] | None, Option("--plugin", metavar="FILE_OR_MODULE", help="Load methods, tasks or noise from this file or module. Repeatable.")]
Results = Annotated[Path | None, Option("--results", metavar="DIR", help="Where the records are. Default: results/runs.")]


@dataclass(frozen=True)
class RunOptions:
    """What the user typed, option by option, unparsed. None and False stand for: not given."""

    suite: Annotated[str, Option(metavar="NAME_OR_TOML", help="Which grid of cells and arms (list suites).")]
    profile: Annotated[str | None, Option(metavar="NAME_OR_TOML", help="Encoder, data, shots, seeds and compute (list profiles). Default: embedded.")] = None
    methods: Annotated[str | None, Option(metavar="A,B", help="Only these methods.")] = None
    tasks: Annotated[str | None, Option(metavar="T,U", help="Only these tasks.")] = None
    shots: Annotated[str | None, Option(metavar="20,100,16/class,50%,all", help="Training examples: in total, per class, a share, or all.")] = None
    noise: Annotated[str | None, Option(metavar="KIND:LEVEL,...", help="Noise in the training data (list noise); 'none' for clean.")] = None
    seeds: Annotated[str | None, Option(metavar="5|3-7", help="How many seeds (5 is 0 to 4), or which (3-7; 5-5 is seed 5).")] = None
    splits: Annotated[int | None, Option(metavar="M", help="Cross every seed with M split seeds, instead of one new split per seed.")] = None
    protocol: Annotated[str | None, Option(metavar="honest|paper", help="Report every run, or do what the paper did.")] = None
    unlabelled: Annotated[str | None, Option(metavar="0|2000|pool", help="Unlabelled texts from the training pool.")] = None
    sampler: Annotated[str | None, Option(metavar="natural|pk:8,2", help="How batches are drawn: a reshuffled stream, or P classes with K each.")] = None
    data_root: Annotated[Path | None, Option(metavar="DIR", help="A local mirror of the datasets.")] = None
    task_file: Annotated[list[str] | None, Option(metavar="NAME=PATH", help="A task from a CSV, JSONL or parquet file. Repeatable.")] = None
    encoder: Annotated[str | None, Option(metavar="NAME_OR_DIR", help="Which encoder (list encoders), or a folder with safetensors.")] = None
    device: Annotated[str | None, Option(metavar="cpu|cuda", help="Where to train. Part of a run's identity.")] = None
    precision: Annotated[str | None, Option(metavar="fp32|bf16", help="Precision of the passes. Part of a run's identity.")] = None
    threads: Annotated[int | None, Option(metavar="T", help="Threads per run. Part of a run's identity.")] = None
    results: Results = None
    cache: Annotated[Path | None, Option(metavar="DIR", help="Where phases that several runs share are kept.")] = None
    cache_limit: Annotated[str | None, Option(metavar="SIZE", help="Most bytes in the cache (10GB, 500MB); least recently used out first.")] = None
    workers: Annotated[int | None, Option(metavar="N", help="How many runs go at once. Changes no number.")] = None
    plugin: Plugins = None
    set_: Annotated[list[str] | None, Option("--set", metavar="METHOD.PARAM=VALUE", help="Change a method's parameter. Repeatable.")] = None
    rerun: Annotated[bool, Option("--rerun", help="Run again what is already there.")] = False
    keep_probabilities: Annotated[bool, Option("--keep-probabilities", help="Keep every class probability in a side file.")] = False

    def given(self) -> dict[str, Any]:
        """Only what the user gave, by name of the option."""
        values = {field.name.rstrip("_"): getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None and value is not False and value != []}

    def request(self) -> RunRequest:
        """The options, parsed and checked. Raises UserError."""
        from benchmark.config.request import RunRequest

        return RunRequest.parse(**self.given())


def with_run_options(command: Callable[[RunOptions], None]) -> Callable[..., None]:
    """Make a command of one `RunOptions` into one that typer sees with the whole table as its parameters."""
    hints = typing.get_type_hints(RunOptions, include_extras=True)

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        command(RunOptions(**values))

    wrapper.__annotations__ = {}
    wrapper.__signature__ = inspect.Signature([_parameter(field, hints) for field in dataclasses.fields(RunOptions)])  # type: ignore[attr-defined]
    return wrapper


def _parameter(field: dataclasses.Field[Any], hints: dict[str, Any]) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])
