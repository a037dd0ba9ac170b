"""`execute(spec, workspace)`: one run, from its spec to its record. The rule that makes the engine replaceable: it reads nothing
but spec and workspace, and what it returns depends on the spec alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract.method import Method
from benchmark.contract.phase import TrainingData
from benchmark.contract.predictor import Predictor, Scores
from benchmark.contract.state import State
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Split
from benchmark.data.near_repeats import NearRepeats
from benchmark.data.noise import NoiseAudit, apply_noise
from benchmark.data.noise.kind import Tools
from benchmark.errors import UserError
from benchmark.metrics.metric import measure
from benchmark.models.backbone import Backbone
from benchmark.models.loading import kept_encoder
from benchmark.models.reinitialisation import reinitialise_top_layers
from benchmark.planning import loaded_data
from benchmark.planning.grid import with_code
from benchmark.planning.workspace import Workspace
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.registry import build
from benchmark.records.alarms import AT_MAJORITY, CONSTANT, REPEATED_DEV
from benchmark.records.record import TransferResult, TruncatedTexts
from benchmark.records.spec import RunSpec
from benchmark.running.machine.compute import apply_compute
from benchmark.running.phase_runs import PhaseRun, RunInputs, run_phases
from benchmark.running.transfer import transfer_results
from benchmark.streams import Streams
from benchmark.training.prediction import represent

Progress = Callable[[str, int, int], None]  # phase name, steps done, steps planned


@dataclass(frozen=True)
class RunOutcome:
    """What a run found, before it is written down.

    Args:
        scores: float32 [n_test, K].
        phases: cost and log of every phase, cached ones included.
        notes: what a reader must know: the split's notes, the noise audit, memorisation of flipped labels.
        truncated: how many texts lost tokens to the length cap; None without an encoder.
        transfer: results on the task's further test sets, where they were asked for.
        dev_scores: float32 [n_dev, K]; None without development examples.
        vectors: pooled representations of the test texts, float32 [n_test, H], where they are to be kept.
    """

    split: Split
    audit: NoiseAudit | None
    scores: Scores
    metrics: dict[str, float]
    dev_metrics: dict[str, float]
    phases: list[PhaseRun]
    scoring_seconds: float
    alarms: list[str]
    notes: dict[str, Any]
    truncated: TruncatedTexts | None = None
    vectors: NDArray[np.float32] | None = None
    transfer: dict[str, TransferResult] = field(default_factory=dict)
    dev_scores: Scores | None = None


def train_and_score(spec: RunSpec, workspace: Workspace, progress: Progress = lambda phase, done, planned: None) -> RunOutcome:
    """Train and score one run.

    Raises:
        UserError: the available data is not the data of the spec, the method or encoder cannot be had, the compute cannot be honoured.
        Exception: whatever the method raises.
    """
    apply_compute(spec.compute)
    data = loaded_data.task_data(spec.task.name, workspace)
    if data.hash != spec.task.data:
        raise UserError(
            f"The data of the task {spec.task.name!r} has the hash {data.hash[:12]}.",
            f"The spec was made for {spec.task.data[:12]}: other rows give other results.",
            "Give the --data-root or --task-file of the original run, or plan again.",
        )
    split, audit = noised(loaded_data.drawn(data, spec.split), spec, workspace)
    method = build(spec.method.name, spec.method.params)
    check_code(spec, method)
    shape = task_shape(spec, data.label_names, split)
    streams = Streams(spec.split.split_seed, spec.seed or 0, method.salt, init_seed=spec.init_seed)
    state = fresh_state(method, spec, workspace)
    training = TrainingData(split.train, split.dev, split.unlabelled)
    ran = run_phases(method.phases(shape), state, RunInputs(spec, training, shape, streams, workspace, progress))
    if state.predictor is None:
        raise RuntimeError(f"the last phase of {spec.method.name!r} left no predictor in the state")
    outcome = without_expected(score(spec, state.predictor, split, audit, ran, workspace), method)
    outcome = with_repeats(outcome, spec, loaded_data.repeats(data, spec.split))
    if workspace.transfer:
        outcome = replace(outcome, transfer=transfer_results(state.predictor, spec.task.name, data.label_names, workspace))
    if state.backbone is None:
        return outcome
    outcome = replace(outcome, truncated=truncated_texts(state.backbone, split))
    return replace(outcome, vectors=represent(state.backbone, split.test.without_labels())) if workspace.keep_representations else outcome


def with_repeats(outcome: RunOutcome, spec: RunSpec, found: dict[str, NearRepeats]) -> RunOutcome:
    """Note what of development and test set nearly stands in the training set; an alarm where such development texts select."""
    if not found:
        return outcome
    selects = spec.split.protocol == "paper" or (spec.budget is not None and spec.budget.selection == "best-dev")
    alarms = [REPEATED_DEV] if selects and "dev" in found and found["dev"].often else []
    notes = {"near_repeats": {part: counts._asdict() for part, counts in found.items()}}
    return replace(outcome, notes=outcome.notes | notes, alarms=outcome.alarms + alarms)


def truncated_texts(backbone: Backbone, split: Split) -> TruncatedTexts:
    """How many texts lose tokens to the length cap."""
    train, test = (backbone.tokenizer.n_cut(part.texts, part.second_texts) for part in (split.train, split.test))
    return TruncatedTexts(train=train, test=test)


def check_code(spec: RunSpec, method: Method) -> None:
    """Refuse to run newer code under an older key: the method's file may have been edited since the plan was made."""
    if (found := code_hash(type(method))) != spec.method.code:
        raise UserError(
            f"The code of the method {spec.method.name!r} has the hash {found[:12]}.",
            f"The spec was made for {spec.method.code[:12]}: other code may give other results under the same key.",
            "Plan again, or go back to the code of the plan.",
        )


def noised(split: Split, spec: RunSpec, workspace: Workspace) -> tuple[Split, NoiseAudit | None]:
    """The split under the cell's noise, with the audit of what it did."""
    if spec.noise is None:
        return split, None
    if with_code(spec.noise) != spec.noise:
        raise UserError(
            f"The code of the noise kind {spec.noise.kind!r} is not that of the spec.",
            "A run's key covers the code of a plug-in's noise kind.",
            "Plan again, or go back to the code of the plan.",
        )
    streams = Streams(spec.split.split_seed, 0)
    return apply_noise(split, spec.noise, streams, spec.task.n_classes, spec.split.dev, Tools(workspace.cache / "translations"))


def task_shape(spec: RunSpec, label_names: tuple[str, ...], split: Split) -> TaskInfo:
    """Names and sizes: all that a method sees when it lays out its phases."""
    matched = None if spec.method.matched is None else Cost(*spec.method.matched)
    return TaskInfo(spec.task.name, label_names, spec.task.pair, len(split.train), len(split.dev), len(split.unlabelled), matched)


def fresh_state(method: Method, spec: RunSpec, workspace: Workspace) -> State:
    """The state before the first phase: the pristine encoder (with its language-model head for `masked-lm`), or nothing.

    The top layers of an encoder variant are drawn from the seed without the method's salt: they are the same in every arm.

    Raises:
        UserError: the files of the encoder are not those that the spec was made for.
    """
    if not method.needs_encoder:
        return State(backbone=None)  # type: ignore[arg-type]
    assert workspace.encoder is not None
    assert spec.encoder is not None
    loaded = kept_encoder(workspace.encoder, spec.compute.device, spec.compute.precision)
    if spec.encoder.files not in ("", loaded.files):
        raise UserError(
            f"The files of the encoder {spec.encoder.name!r} have the hash {loaded.files[:12]}.",
            f"The spec was made for {spec.encoder.files[:12]}: other weights, tokenizer or config give other results under the same key.",
            "Give the encoder of the original run with --encoder, or plan again.",
        )
    backbone = loaded.fresh(method.backbone, spec.encoder.max_length)
    reinitialise_top_layers(backbone, spec.encoder.reinit, Streams(spec.split.split_seed, spec.seed or 0, init_seed=spec.init_seed))
    return State(backbone)


def score(
    spec: RunSpec, predictor: Predictor, split: Split, audit: NoiseAudit | None, ran: list[PhaseRun], workspace: Workspace
) -> RunOutcome:
    """Score the predictor on test and development data. The predictor never sees a label."""
    began = time.perf_counter()
    scores = checked(predictor(split.test.without_labels()), len(split.test), spec.task.n_classes)
    dev = checked(predictor(split.dev.without_labels()), len(split.dev), spec.task.n_classes) if len(split.dev) else None
    seconds = time.perf_counter() - began
    assert split.test.labels is not None
    wanted = loaded_data.metrics_of(spec.task.name, workspace)
    metrics = measure(split.test.labels, scores, wanted)
    dev_metrics = {} if dev is None else measure(split.dev.labels, dev, wanted)  # type: ignore[arg-type]
    alarms = list(dict.fromkeys([alarm for phase in ran for alarm in phase.alarms] + score_alarms(scores, split.test.labels)))
    notes = dict(split.notes)
    if audit is not None:
        notes["noise"] = audit_summary(audit) | memorised(predictor, split, audit)
    return RunOutcome(split, audit, scores, metrics, dev_metrics, ran, seconds, alarms, notes, dev_scores=dev)


def without_expected(outcome: RunOutcome, method: Method) -> RunOutcome:
    """The outcome with the alarms that the method declares as expected under its notes, apart from those that a reader must act on."""
    expected = [alarm for alarm in outcome.alarms if alarm in method.expected_alarms]
    if not expected:
        return outcome
    others = [alarm for alarm in outcome.alarms if alarm not in expected]
    return replace(outcome, alarms=others, notes={**outcome.notes, "expected_alarms": expected})


def checked(scores: Scores, n: int, classes: int) -> Scores:
    """The scores if they are what a predictor must return; else an error that says what it returned."""
    scores = np.asarray(scores)
    if scores.shape != (n, classes) or not np.issubdtype(scores.dtype, np.floating):
        raise TypeError(f"a predictor returns float32 [{n}, {classes}]; this one returned {scores.dtype} {list(scores.shape)}")
    if not np.isfinite(scores).all():
        raise FloatingPointError("the predictor returned scores that are not finite")
    return scores.astype(np.float32, copy=False)


def score_alarms(scores: Scores, labels: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    """Alarms that the predictions alone give."""
    predictions = scores.argmax(1)
    alarms = []
    if len(np.unique(predictions)) == 1:
        alarms.append(CONSTANT)
    if np.mean(predictions == labels) <= np.bincount(labels).max() / len(labels):
        alarms.append(AT_MAJORITY)
    return alarms


def audit_summary(audit: NoiseAudit) -> dict[str, Any]:
    """The audit as a record keeps it: rates and counts. Which ids were touched stands in the split's file, once for all arms."""
    plain = audit.to_json()
    for part in plain["parts"].values():
        del part["ids"]
    return plain


def memorised(predictor: Predictor, split: Split, audit: NoiseAudit) -> dict[str, Any]:
    """For label noise: accuracy on the flipped training items against the given (false) and the true labels."""
    true, given = audit.clean_train_labels, split.train.labels
    if true is None or given is None or not (flipped := np.flatnonzero(true != given)).size:
        return {}
    predictions = predictor(split.train.take(flipped).without_labels()).argmax(1)
    return {
        "flipped_train": {
            "n": int(flipped.size),
            "accuracy_on_given": float(np.mean(predictions == given[flipped])),
            "accuracy_on_true": float(np.mean(predictions == true[flipped])),
        }
    }
