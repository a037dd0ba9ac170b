"""The source of a task's rows: the embedded grammar, a user's file, a local mirror, or the hub by pinned commit."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.task import TaskConfig
from benchmark.data.examples import TaskData
from benchmark.data.sources.assembly import assemble
from benchmark.data.sources.hub import read_hub
from benchmark.data.sources.mirror import read_mirror
from benchmark.data.sources.user_file import read_file
from benchmark.errors import UserError


def load_task_data(task: TaskConfig, data_root: Path | None = None, *, embedded: bool = False, file: Path | None = None) -> TaskData:
    """All rows of a task, checked, labelled and hashed.

    Exactly one source is used, and none stands in for another: the grammar where `embedded`, else the file (given here or
    in the task), else the mirror below `data_root`, else the hub.

    Raises:
        UserError: the source is missing, lacks the task, or holds rows that cannot be used.
    """
    file = file or task.file
    if embedded:
        return _embedded(task, data_root, file)
    if file is not None:
        return assemble(task, "file", read_file(file))
    if data_root is not None:
        return assemble(task, "mirror", {role: read_mirror(task, data_root, name) for role, name in task.source_splits.items()})
    return assemble(task, "hub", {role: read_hub(task, name) for role, name in task.source_splits.items()})


def _embedded(task: TaskConfig, data_root: Path | None, file: Path | None) -> TaskData:
    if data_root is not None or file is not None:
        raise UserError(
            f"Embedded data was asked for together with {data_root or file}.",
            "Embedded data comes from the built-in grammar alone.",
            "Use the profile `laptop` (or another with real data), or leave --data-root and --task-file out.",
        )
    from benchmark.data.synthetic import embedded_data

    return embedded_data(task.name)
