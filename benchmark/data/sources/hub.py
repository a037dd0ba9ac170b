"""The Hugging Face hub, by pinned commit only."""

from __future__ import annotations

from typing import Any

from benchmark.config.task import TaskConfig
from benchmark.data.sources.columns import Columns, from_arrow
from benchmark.errors import UserError


def read_hub(task: TaskConfig, split: str) -> Columns:
    """One split of a task at its pinned commit, from the hub or from what `prepare` left in its cache.

    UserError where the task has no hub repository or no pinned commit, and where neither hub nor cache answers.
    """
    if task.hub is None:
        raise UserError(
            f"Task {task.name!r} has no hub repository.",
            f"Its rows come from {', '.join(task.folders)} below a data root.",
            "Pass --data-root DIR.",
        )
    if task.revision is None:
        raise UserError(
            f"Task {task.name!r} names the hub repository {task.hub} without a commit.",
            "Only pinned commits are read, so that the rows cannot change.",
            "Set `revision` of the task to the 40-digit commit shown on the repository's history page, or pass --data-root DIR.",
        )
    try:
        dataset = _load_dataset(task.hub, task.config, split, task.revision)
    except Exception as error:  # the hub client raises many kinds; all mean that the rows are not to be had
        raise UserError(
            f"Task {task.name!r} is not available: {task.hub} at {task.revision[:12]} did not load ({_first_line(error)}).",
            "Without a network the rows come from a local mirror, or from the cache that `prepare` fills.",
            "Pass --data-root DIR, or run `python -m benchmark prepare` once where there is a network.",
        ) from error
    feature = dataset.features.get(task.label)
    names = tuple(feature.names) if hasattr(feature, "names") else None
    return from_arrow(dataset.with_format("arrow")[:], task, f"{task.hub}/{task.config}/{split}", names)


def _load_dataset(hub: str, config: str, split: str, revision: str) -> Any:
    from datasets import load_dataset  # late: it takes half a second

    return load_dataset(hub, None if config == "default" else config, split=split, revision=revision)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
