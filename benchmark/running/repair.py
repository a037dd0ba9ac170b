"""Repair of what finished runs left, without training: shared files that are missing or damaged are written again, and scores of a user's
metric whose script was edited are computed again from the stored predictions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from benchmark.data.splits.row_mask import split_indices
from benchmark.errors import UserError
from benchmark.metrics.metric import label_metrics, primary_name, scorer_hash
from benchmark.planning import loaded_data
from benchmark.planning.planned_run import PlannedRun
from benchmark.planning.workspace import Workspace
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment
from benchmark.running.one_run import noised


def restore_shared_files(store: RecordStore, keys: Iterable[str], workspace: Workspace) -> None:
    """Restore what the records of these runs refer to, as far as spec and available data give it. What they do not give (the environment of
    another machine, data that is not available) stays missing, and reading it says so.
    """
    referred = store.references(keys)
    broken = {owner for (kind, sha), owner in referred.items() if not store.is_intact(kind, sha)}
    for key in sorted(broken):
        record = store.get(key)
        if record is not None:
            _write_environment(store, record.spec)
            _write_split(store, record.spec, workspace)


def rescore(store: RecordStore, runs: Sequence[PlannedRun], workspace: Workspace) -> set[str]:
    """Score again what was scored by another content of the task's own metric scripts. Returns the keys of the records that changed.

    A record whose test set or data is not available, or whose predictions today's script cannot score, keeps its scores and the hash of
    the script that gave them.
    """
    hashes: dict[str, str] = {}
    changed = set()
    for run in runs:
        task = run.spec.task.name
        if run.kept is None or run.kept.error:
            continue
        if task not in hashes:
            hashes[task] = scorer_hash(loaded_data.metrics_of(task, workspace))
        record = store.get(run.key) if run.kept.scorer != hashes[task] else None
        if record is not None and (again := _rescored(store, record, workspace)) is not None:
            store.write(again)
            changed.add(run.key)
    return changed


def _rescored(store: RecordStore, record: RunRecord, workspace: Workspace) -> RunRecord | None:
    """The record under today's metric scripts; None where the labels are not available, or a script raises."""
    spec, metrics = record.spec, loaded_data.metrics_of(record.spec.task.name, workspace)
    if record.predictions is None or record.testset is None:
        return None
    try:
        gold = np.array(store.get_shared("testsets", record.testset)["labels"], dtype=np.int64)
        data = loaded_data.task_data(spec.task.name, workspace)
        dev = None if data.hash != spec.task.data else noised(loaded_data.drawn(data, spec.split), spec, workspace)[0].dev.labels
    except UserError:
        return None
    own = [name for name in metrics if name.startswith("evaluate:")]
    stale = {primary_name(name) for name in own}
    dev_metrics = {name: value for name, value in record.dev_metrics.items() if name not in stale}
    try:
        if record.dev_predictions is not None and dev is not None:
            dev_metrics |= label_metrics(dev, np.array(record.dev_predictions.ids(), dtype=np.int64), own)
        scores = {**record.metrics, **label_metrics(gold, np.array(record.predictions.ids(), dtype=np.int64), own)}
    except Exception:  # a script of the user's; runs that are still to do fail with its error in their records
        return None
    return RunRecord.model_validate(
        record.model_dump()
        | {"metrics": scores, "dev_metrics": dev_metrics, "scorer": scorer_hash(metrics), "primary": primary_name(metrics[0])}
    )


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
    except UserError:  # the data is not available
        return
    assert split.test.labels is not None
    store.write_testset(split.test.ids, split.test.labels, data.label_names)
    store.write_split(split_indices(data, clean) | {"noise": None if audit is None else audit.to_json()})
