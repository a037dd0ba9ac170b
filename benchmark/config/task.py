"""Tasks: what is classified, where its rows come from, and how it is scored. One TOML file per shipped task; plug-ins add more."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from benchmark.config.toml_reader import read_toml
from benchmark.errors import UserError, unknown
from benchmark.records.spec import Frozen

FOLDER = Path(__file__).parent / "tasks"
Role = Literal["train", "validation", "test"]
ROLES: tuple[Role, ...] = ("train", "validation", "test")


class SplitNames(Frozen):
    """Which split of the source plays which part here. For GLUE `test` is the official validation split, and `validation` is None."""

    train: str = "train"
    validation: str | None = None
    test: str = "test"


class TaskConfig(Frozen):
    """A task, without its data.

    Args:
        name, title: the short name and one line about the task.
        hub: repository id on the Hugging Face hub; None where no hub repository holds these very rows.
        config: the hub's name of the configuration; `default` where it has none.
        revision: 40-digit commit of the hub repository. Without it the hub is not used.
        mirror: folder below a data root, or several whose rows are put together; by default `<org>__<name>/<config>` from `hub`.
        file: CSV, JSONL or parquet file with the rows, for a user's own task.
        text: the one or two text columns.
        label: the label column.
        label_names: K names, index = class. Empty only with `file`: then they are read from the data.
        drop: label names whose rows are left out (the others are numbered in the order of `label_names`).
        splits: which source split plays which part.
        hold_out: for a source without a test split: this many rows of its training split are the test set, as many of each class as
            its share, chosen by a number drawn from each text: the same for every seed.
        rows: expected rows per part, after `drop`; fewer are accepted and recorded as partial.
        metrics: names of metrics, the first is primary; `evaluate:NAME_OR_PATH` takes one from the evaluate library.
        licence, citation: as stated by the source.
        max_length: texts are cut to this many tokens where neither suite nor profile says otherwise; None: the encoder's default.
        transfer: further test sets (config/transfer_sets), scored where a suite or an option asks for it; never selected by.
        embedded: whether the built-in grammar has a stand-in for this task.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    title: str = ""
    hub: str | None = None
    config: str = "default"
    revision: str | None = Field(None, pattern=r"^[0-9a-f]{40}$")
    mirror: str | tuple[str, ...] | None = None
    file: Path | None = None
    text: tuple[str, ...] = Field(("text",), min_length=1, max_length=2)
    label: str = "label"
    label_names: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    splits: SplitNames = SplitNames()
    hold_out: int | None = Field(None, gt=0)
    rows: dict[Role, int] = Field(default_factory=dict)
    metrics: tuple[str, ...] = Field(("accuracy",), min_length=1)
    licence: str = ""
    citation: str = ""
    max_length: int | None = Field(None, gt=0)
    transfer: tuple[str, ...] = ()
    embedded: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> TaskConfig:
        if len(set(self.label_names)) != len(self.label_names):
            raise ValueError("label_names holds a name twice")
        if self.file is None and len(self.label_names) < 2:
            raise ValueError("label_names needs at least two names (only a task with `file` may leave them out)")
        if self.file is None and self.hub is None and self.mirror is None:
            raise ValueError("one of hub, mirror and file says where the rows come from")
        return self

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders below a data root that hold this task's parquet files; none for a task from a file."""
        if self.mirror is not None:
            return (self.mirror,) if isinstance(self.mirror, str) else self.mirror
        return () if self.hub is None else (f"{self.hub.replace('/', '__')}/{self.config}",)

    @property
    def source_splits(self) -> dict[Role, str]:
        """Which split of the source is read for which part; a test set that is held out is part of `train`."""
        test = None if self.hold_out else self.splits.test
        named: dict[Role, str | None] = {"train": self.splits.train, "validation": self.splits.validation, "test": test}
        return {role: name for role, name in named.items() if name is not None}

    @property
    def test_is_validation(self) -> bool:
        """Whether the official validation set is our test set, as for GLUE, whose own test labels are hidden."""
        return self.splits.test.startswith("validation")


_registered: dict[str, tuple[TaskConfig, str]] = {}


def register_task(config: TaskConfig) -> TaskConfig:
    """Add a task (what a plug-in calls). UserError where the name is taken; it names both origins."""
    frame = sys._getframe(1)
    origin = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    if config.name in _registered or config.name in _shipped():
        raise UserError(
            f"Task {config.name!r} is registered twice: in {task_origin(config.name)} and in {origin}.",
            "A name belongs to one task.",
            "Rename one of them.",
        )
    _registered[config.name] = (config, origin)
    return config


def task_from_file(name: str, path: Path) -> TaskConfig:
    """The task behind `--task-file NAME=PATH`: everything else is read from the file. UserError for a name that cannot be one."""
    try:
        return TaskConfig(name=name, title=f"rows of {path.name}", file=path)
    except ValidationError as error:
        raise UserError(
            f"{name!r} cannot be the name of a task.", "Allowed: lower-case letters, digits and . _ -.", "Write --task-file NAME=PATH."
        ) from error


def task_names() -> tuple[str, ...]:
    """Every task that can be loaded, sorted."""
    return tuple(sorted({*_shipped(), *_registered}))


def load_task(name: str) -> TaskConfig:
    """A task by name. UserError where there is none (it suggests the nearest name) or where its file is wrong."""
    if name in _registered:
        return _registered[name][0]
    if name not in _shipped():
        raise unknown("task", name, task_names(), "See `python -m benchmark list tasks`, or add one with --task-file NAME=PATH.")
    return read_toml("task", TaskConfig, _shipped()[name])


def task_origin(name: str) -> str:
    """Where a task is defined, as file:line."""
    if name in _registered:
        return _registered[name][1]
    if name not in _shipped():
        raise unknown("task", name, task_names())
    return f"{_shipped()[name]}:1"


@cache
def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
