"""Data and encoders that a process keeps between its runs. Pure reads: what is kept never changes a result."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from benchmark.config.task import load_task, task_from_file
from benchmark.data.data_findings import DataFindings, data_findings
from benchmark.data.examples import Split, TaskData
from benchmark.data.near_repeats import NearRepeats, near_repeats
from benchmark.data.sources.source import load_task_data
from benchmark.data.splits.split import make_split
from benchmark.planning.workspace import Workspace
from benchmark.records.spec import SplitSpec


def task_data(name: str, workspace: Workspace) -> TaskData:
    """A task's rows, from the source that the workspace names."""
    file = workspace.task_files.get(name)
    return _loaded(name, file, _stamp(file), workspace.data_root, workspace.embedded)


def _stamp(file: Path | None) -> tuple[int, int] | None:
    """What changes with a file's content: a session reads again what was edited. None for one that is not there."""
    try:
        found = None if file is None else file.stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=16)  # rounds of seeds come back to every task of a study
def _loaded(name: str, file: Path | None, stamp: tuple[int, int] | None, data_root: Path | None, embedded: bool) -> TaskData:
    """`stamp` is there for the cache."""
    if file is not None:
        return load_task_data(task_from_file(name, file), file=file)
    return load_task_data(load_task(name), data_root, embedded=embedded)


def metrics_of(name: str, workspace: Workspace) -> tuple[str, ...]:
    """The metrics of a task; the first is its primary one."""
    file = workspace.task_files.get(name)
    return (load_task(name) if file is None else task_from_file(name, file)).metrics


def drawn(data: TaskData, spec: SplitSpec) -> Split:
    """A drawn split; the last few are kept, since the arms of a cell share theirs."""
    return _drawn(_Held(data), spec)


def findings(name: str, workspace: Workspace) -> DataFindings:
    """What is wrong with the rows of a task. UserError where nothing could be learnt from them."""
    return _findings(_Held(task_data(name, workspace)))


def repeats(data: TaskData, spec: SplitSpec) -> dict[str, NearRepeats]:
    """For the development set and the test set of a drawn split what nearly stands in its training set; parts without any are left out."""
    return _repeats(_Held(data), spec)


class _Held:
    """A TaskData as a dictionary key: equal when its rows, its name and its source are."""

    def __init__(self, data: TaskData) -> None:
        self.data = data

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other._identity == self._identity

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.data.hash, self.data.task, self.data.source


@lru_cache(maxsize=16)
def _drawn(held: _Held, spec: SplitSpec) -> Split:
    return make_split(held.data, spec)


@lru_cache(maxsize=8)
def _findings(held: _Held) -> DataFindings:
    return data_findings(held.data)


@lru_cache(maxsize=16)
def _repeats(held: _Held, spec: SplitSpec) -> dict[str, NearRepeats]:
    split = _drawn(held, spec)
    found = {"dev": near_repeats(split.dev, split.train), "test": near_repeats(split.test, split.train)}
    return {part: counts for part, counts in found.items() if counts.equal or counts.inside}
