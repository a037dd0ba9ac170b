"""From a run to its record: every run that was tried leaves exactly one, whatever became of it."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract.predictor import Scores
from benchmark.data.splits.row_mask import split_indices
from benchmark.errors import UserError
from benchmark.metrics.calibration import probabilities
from benchmark.metrics.metric import primary_name, scorer_hash
from benchmark.planning import loaded_data
from benchmark.planning.cost.completed_runs import CompletedRun
from benchmark.planning.workspace import Workspace
from benchmark.plugins.plugin_loading import plugin_source
from benchmark.records.alarms import NON_FINITE
from benchmark.records.record import Failure, PhaseCost, Predictions, RunRecord, SideFile
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore, Side
from benchmark.running.executors.base import Finished, LostRun, RunFunctions
from benchmark.running.leases import Lease, leased, wait_until_expired
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment, git_state
from benchmark.running.one_run import RunOutcome, train_and_score
from benchmark.training.loop import NonFiniteLoss


def run_and_record(
    spec: RunSpec, workspace: Workspace, progress: Callable[[str, int, int], None] = lambda phase, done, planned: None
) -> Finished:
    """Do one run and write its record. Whatever the method raises becomes a record with its error, `SystemExit` and a library's panic
    too; only the driver's own `KeyboardInterrupt` goes on.

    The run is leased first. It is `held` where another live process does it, or took it over because this one's lease had expired; where
    it is already computed, its record is reported.

    Raises:
        UserError: the results folder cannot be written (the run's work is then lost, and only this run's).
    """
    store = RecordStore(workspace.results)
    with leased(workspace.results, spec.key) as lease:
        if lease is None:
            return Finished(spec.key, "held")
        there = None if workspace.rerun else store.get(spec.key)
        if there is not None and there.status == "done":
            return to_finished(there)
        began = time.perf_counter()
        try:
            outcome = train_and_score(spec, workspace, progress)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            return _keep(store, lease, failed(spec, workspace, store, error), began)
        return _keep(store, lease, finished(spec, workspace, store, outcome), began)


def record_lost(spec: RunSpec, workspace: Workspace, lost: LostRun) -> Finished:
    """The record of a run whose process died under it, or was ended because the run went over a limit. A run whose process could still
    write its record keeps that one; one that another process has begun meanwhile is `held`.

    A lease that a process of another host left is watched first, for at most `leases.LEASE_TIMEOUT` seconds.
    """
    store = RecordStore(workspace.results)
    began = time.perf_counter() - lost.seconds
    if not wait_until_expired(workspace.results, spec.key):
        return Finished(spec.key, "held")
    with leased(workspace.results, spec.key) as lease:
        if lease is None:
            return Finished(spec.key, "held")
        there = None if workspace.rerun else store.get(spec.key)
        if there is not None and there.status == "done":
            return to_finished(there)
        with contextlib.suppress(UserError):  # the device is not here; else the driver's flags are to be those that the worker had
            apply_compute(spec.compute)
        record = RunRecord(
            key=spec.key,
            spec=spec,
            status=lost.status,
            error=Failure(type=lost.kind, message=lost.reason),
            primary=primary(spec, workspace),
            env_id=store.write_environment(environment(spec.compute)),
            git=git_state(),
        )
        return _keep(store, lease, record, began)


RUN_FUNCTIONS = RunFunctions(run_and_record, record_lost)


def as_finished(key: str, kept: CompletedRun) -> Finished:
    """What the driver gets of a run that the plan does not begin again."""
    return Finished(key, "failed" if kept.error else "done", kept.seconds, kept.value, list(kept.alarms), kept.error or None)


def to_finished(record: RunRecord, seconds: float | None = None) -> Finished:
    """What the driver gets of a record; `seconds`: what the run took, for one that was made just now."""
    error = None if record.error is None else str(record.error)
    return Finished(record.key, record.status, record.seconds if seconds is None else seconds, record.value, list(record.alarms), error)


def _keep(store: RecordStore, lease: Lease, record: RunRecord, began: float) -> Finished:
    """Write the record if the lease still is this process's. Else another one does the run, and this result is dropped."""
    if repeats := lease.n_expired():
        record = record.model_copy(update={"notes": {**record.notes, "repeated": repeats}})
    if not lease.is_held():
        return Finished(record.key, "held")
    store.write(record)
    lease.clear_expired()
    return to_finished(record, time.perf_counter() - began)


def finished(spec: RunSpec, workspace: Workspace, store: RecordStore, outcome: RunOutcome) -> RunRecord:
    """The record of a run that ended well. What it shares with others (test set, split, environment) is written first, once."""
    data = loaded_data.task_data(spec.task.name, workspace)
    split, test = outcome.split, outcome.split.test
    assert test.labels is not None
    clean = loaded_data.drawn(data, spec.split)
    noise = None if outcome.audit is None else outcome.audit.to_json()
    return RunRecord(
        key=spec.key,
        spec=spec,
        status="done",
        primary=primary(spec, workspace),
        metrics=outcome.metrics,
        dev_metrics=outcome.dev_metrics,
        predictions=Predictions.of(outcome.scores.argmax(1).tolist(), spec.task.n_classes),
        dev_predictions=_predictions(outcome.dev_scores),
        scorer=scorer_hash(loaded_data.metrics_of(spec.task.name, workspace)),
        testset=store.write_testset(test.ids, test.labels, data.label_names),
        split=store.write_split(split_indices(data, clean) | {"noise": noise}),
        n_train=len(split.train),
        n_dev=len(split.dev),
        n_test=len(test),
        n_unlabelled=len(split.unlabelled),
        labels_used=len(clean.train) + len(clean.dev),
        pool_size=clean.pool_size,
        phases=tuple(PhaseCost(**{k: v for k, v in asdict(run).items() if k != "alarms"}) for run in outcome.phases),
        truncated=outcome.truncated,
        transfer=outcome.transfer,
        scoring_seconds=outcome.scoring_seconds,
        alarms=tuple(outcome.alarms),
        notes=outcome.notes | ({"shared_device": True} if workspace.packed and spec.compute.device != "cpu" else {}),
        env_id=store.write_environment(environment(spec.compute)),
        git=git_state(),
        plugin=_plugin(spec),
        probabilities=_kept(store, spec, "probabilities", probabilities(outcome.scores)) if workspace.keep_probabilities else None,
        representations=None if outcome.vectors is None else _kept(store, spec, "representations", outcome.vectors),
    )


def failed(spec: RunSpec, workspace: Workspace, store: RecordStore, error: BaseException) -> RunRecord:
    """The record of a run that raised."""
    return RunRecord(
        key=spec.key,
        spec=spec,
        status="failed",
        error=Failure.of(error),
        primary=primary(spec, workspace),
        alarms=(NON_FINITE,) if isinstance(error, (NonFiniteLoss, FloatingPointError)) else (),
        env_id=store.write_environment(environment(spec.compute)),
        git=git_state(),
        plugin=_plugin(spec),
    )


def primary(spec: RunSpec, workspace: Workspace) -> str:
    """The name of the task's first metric."""
    return primary_name(loaded_data.metrics_of(spec.task.name, workspace)[0])


def _predictions(scores: Scores | None) -> Predictions | None:
    return None if scores is None else Predictions.of(scores.argmax(1).tolist(), scores.shape[1])


def _plugin(spec: RunSpec) -> str | None:
    try:
        source = plugin_source(spec.method.name)
    except UserError:
        return None  # the method is not known here; the record's error says so
    return None if source is None else source[1]


def _kept(store: RecordStore, spec: RunSpec, kind: Side, values: NDArray[Any]) -> SideFile:
    """A side file with an array in half precision; NumPy's own format, never a pickle."""
    buffer = io.BytesIO()
    np.save(buffer, values.astype(np.float16), allow_pickle=False)
    return store.write_side(spec.key, "npy", buffer.getvalue(), kind)
