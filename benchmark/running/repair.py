"""What finished runs share (test sets, splits, environments) is written anew where a file of it is missing or damaged. Trains nothing."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.data.splits.row_mask import split_indices
from benchmark.errors import UserError
from benchmark.planning import loaded_data
from benchmark.planning.workspace import Workspace
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment
from benchmark.running.one_run import noised


def restore_shared_files(store: RecordStore, keys: Iterable[str], workspace: Workspace) -> None:
    """Restore what the records of these runs refer to, as far as spec and data at hand give it. What they do not give (the environment of
    another machine, data that is not at hand) stays missing, and reading it says so.
    """
    referred = store.references(keys)
    broken = {owner for (kind, sha), owner in referred.items() if not store.is_intact(kind, sha)}
    for key in sorted(broken):
        record = store.get(key)
        if record is not None:
            _write_environment(store, record.spec)
            _write_split(store, record.spec, workspace)


def _write_environment(store: RecordStore, spec: RunSpec) -> None:
    try:
        apply_compute(spec.compute)  # first: the environment holds the flags that it sets
    except UserError:  # a device that is not here
        return
    store.write_environment(environment(spec.compute))


def _write_split(store: RecordStore, spec: RunSpec, workspace: Workspace) -> None:
    try:
        data = loaded_data.task_data(spec.task.name, workspace)
        if data.hash != spec.task.data:
            return
        clean = loaded_data.drawn(data, spec.split)
        split, audit = noised(clean, spec, workspace)
    except UserError:  # the data is not at hand
        return
    assert split.test.labels is not None
    store.write_testset(split.test.ids, split.test.labels, data.label_names)
    store.write_split(split_indices(data, clean) | {"noise": None if audit is None else audit.to_json()})
