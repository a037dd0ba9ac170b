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


def _option(metavar: str | None, help: str, *names: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=help)


Plugins = Annotated[list[str] | None, _option("FILE_OR_MODULE", "Load methods or tasks from this file or module. Repeatable.", "--plugin")]
Results = Annotated[Path | None, _option("DIR", "Where the records are. Default: results/runs.", "--results")]


@dataclass(frozen=True)
class RunOptions:
    """What the user typed, option by option, unparsed. None and False stand for: not given."""

    suite: Annotated[str, _option("NAME_OR_TOML", "Which grid of cells and arms (list suites).")]
    profile: Annotated[str | None, _option("NAME_OR_TOML", "What it runs on (list profiles). Default: embedded.")] = None
    stage: Annotated[str | None, _option("1,2", "Only these stages of a study. Default: all, in order.")] = None
    methods: Annotated[str | None, _option("A,B", "Only these methods; also a family (list methods) or controls-of:METHOD.")] = None
    tasks: Annotated[str | None, _option("T,U", "Only these tasks.")] = None
    shots: Annotated[str | None, _option("20,100,16/class,50%,all", "Training examples: in total, per class, a share, or all.")] = None
    noise: Annotated[str | None, _option("KIND:LEVEL,...", "Noise in the training data (list noise); 'none' for clean.")] = None
    seeds: Annotated[str | None, _option("5|3-7", "How many seeds (5 is 0 to 4), or which (3-7; 5-5 is seed 5).")] = None
    splits: Annotated[int | None, _option("M", "Cross every seed with M split seeds, instead of one new split per seed.")] = None
    protocol: Annotated[str | None, _option("honest|paper", "Report every run, or do what the paper did.")] = None
    unlabelled: Annotated[str | None, _option("0|2000|pool", "Unlabelled texts from the training pool.")] = None
    sampler: Annotated[str | None, _option("natural|pk:8,2", "Batches: a reshuffled stream, or P classes with K each.")] = None
    data_root: Annotated[Path | None, _option("DIR", "A local mirror of the datasets.")] = None
    task_file: Annotated[list[str] | None, _option("NAME=PATH", "A task from a CSV, JSONL or parquet file. Repeatable.")] = None
    encoder: Annotated[str | None, _option("NAME_OR_DIR", "Which encoder (list encoders), or a folder with safetensors.")] = None
    device: Annotated[str | None, _option("cpu|cuda", "Where to train. Part of a run's identity.")] = None
    precision: Annotated[str | None, _option("fp32|bf16", "Precision of the passes. Part of a run's identity.")] = None
    threads: Annotated[int | None, _option("T", "Threads per run. Part of a run's identity.")] = None
    results: Results = None
    cache: Annotated[Path | None, _option("DIR", "Where phases that several runs share are kept.")] = None
    cache_limit: Annotated[str | None, _option("SIZE", "Most bytes in the cache; least recently used out first.")] = None
    workers: Annotated[
        str | None, _option("N|auto", "How many runs go at once. Default: auto, as cores and memory allow. Changes no number.")
    ] = None
    executor: Annotated[str | None, _option("local|inline|ray|slurm", "What does the runs (docs/scaling.md). Changes no number.")] = None
    address: Annotated[str | None, _option("HOST:PORT", "The head of a running cluster, for --executor ray.")] = None
    time_limit: Annotated[str | None, _option("90s|30m|2h", "A run over it is ended and recorded as timeout.")] = None
    memory_limit: Annotated[str | None, _option("SIZE", "A run whose worker holds more is ended and recorded as failed.")] = None
    plugin: Plugins = None
    set_: Annotated[list[str] | None, _option("METHOD.PARAM=VALUE", "Change a method's parameter. Repeatable.", "--set")] = None
    search: Annotated[int | None, _option("TRIALS", "Tune every arm first: so many settings each, chosen by development score.")] = None
    until: Annotated[str | None, _option("decided", "Looks at 5, 10, 20, 50 seeds, each comparison until it is decided.")] = None
    allow_huge: Annotated[bool, _option(None, "Lift the limits of 1,000,000 seeds and 200,000 runs.", "--allow-huge")] = False
    rerun: Annotated[bool, _option(None, "Run again what is already there.", "--rerun")] = False
    transfer: Annotated[bool, _option(None, "Score on the tasks' further test sets too.", "--transfer")] = False
    keep_probabilities: Annotated[bool, _option(None, "Keep every class probability in a side file.", "--keep-probabilities")] = False
    trace: Annotated[
        Path | None, _option("DIR", "Write every training step as CSV there, and as TensorBoard events where tensorboard is installed.")
    ] = None
    keep_representations: Annotated[bool, _option(None, "Keep the test texts' vectors in a side file.", "--keep-representations")] = False

    def given(self) -> dict[str, Any]:
        """Only what the user gave, by name of the option."""
        values = {field.name.rstrip("_"): getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None and value is not False and value != []}

    def request(self) -> RunRequest:
        """The options, parsed and checked. Raises UserError."""
        from benchmark.config.request import RunRequest
        from benchmark.plugins.registry import load_plugins

        given = self.given()
        load_plugins(given.get("plugin", ()))  # a noise kind may be one of theirs
        return RunRequest.parse(**given)


def with_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command of one `RunOptions`, and of options of its own, into one that typer sees with the whole table as its parameters."""
    hints = typing.get_type_hints(RunOptions, include_extras=True)
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = [_parameter(field, hints) for field in dataclasses.fields(RunOptions)]

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        mine = {parameter.name: values.pop(parameter.name) for parameter in own}
        command(RunOptions(**values), **mine)

    wrapper.__annotations__ = {}
    wrapper.__signature__ = inspect.Signature([*shared, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own)])  # type: ignore[attr-defined]
    return wrapper


def _parameter(field: dataclasses.Field[Any], hints: dict[str, Any]) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])
