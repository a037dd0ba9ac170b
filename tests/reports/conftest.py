"""Results folders to report on, made in a moment: a grid of runs with given scores, through the engine's own store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import Failure, PhaseCost, Predictions, RunRecord
from benchmark.records.spec import Budget, Compute, EncoderSpec, MethodSpec, NoiseSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore

N_TEST = 200
ENVIRONMENT = {"libraries": {"torch": "2.13.0"}, "processor": "made up"}
Scores = Mapping[str, Sequence[float | None]]


def make_spec(arm: str, seed: int, *, task: str = "sst2", shots: str = "20", noise: str = "", **more: Any) -> RunSpec:
    """The spec of one run; `noise` is `kind:level`."""
    kind, _, level = noise.partition(":")
    told: dict[str, Any] = {
        "numerics": 1,
        "method": MethodSpec(name=arm, code="a" * 64),
        "task": TaskSpec(name=task, data="b" * 64, n_classes=2, pair=False),
        "split": SplitSpec(split_seed=seed, shots=shots),
        "noise": NoiseSpec(kind=kind, level=float(level)) if noise else None,
        "encoder": EncoderSpec(name="all-minilm-l6-v2", commit="c" * 40, weights="d" * 64, pooling="mean", max_length=128),
        "budget": Budget(steps=60, batch=16, lr_encoder=1e-4, lr_head=1e-3),
        "compute": Compute(),
        "seed": seed,
    }
    return RunSpec(**{**told, **more})


def gold(n: int = N_TEST) -> list[int]:
    """Labels of a test set with as many of one class as of the other."""
    return [i % 2 for i in range(n)]


def predicted(score: float, seed: int, n: int = N_TEST) -> list[int]:
    """Predictions with exactly round(score x n) right ones; which are wrong depends on the seed."""
    wrong = n - round(score * n)
    places = [(seed * 37 + 7 * i) % n for i in range(wrong)]
    labels = gold(n)
    for place in places:
        labels[place] = 1 - labels[place]
    return labels


def make_record(store: RecordStore, spec: RunSpec, score: float, n_test: int = N_TEST, **more: Any) -> RunRecord:
    """A finished run that scores `score`, rounded to a multiple of 1 / n_test: reports hold scores against predictions."""
    score = round(score * n_test) / n_test
    told: dict[str, Any] = {
        "key": spec.key,
        "spec": spec,
        "status": "done",
        "metrics": {"accuracy": score},
        "dev_metrics": {"accuracy": score},
        "predictions": Predictions.of(predicted(score, spec.seed or 0, n_test), 2),
        "testset": store.write_testset(range(n_test), gold(n_test), ["negative", "positive"]),
        "n_train": 20,
        "n_dev": 20,
        "n_test": n_test,
        "labels_used": 40,
        "n_unlabelled": 500,
        "phases": (PhaseCost(name="fine-tune", seconds=10.0 + len(spec.method.name), forward=960, backward=960),),
        "env_id": store.write_environment(ENVIRONMENT),
    }
    return RunRecord(**{**told, **more})


def make_failed(store: RecordStore, spec: RunSpec) -> RunRecord:
    """A run that ended with an error."""
    nothing: dict[str, Any] = {"metrics": {}, "dev_metrics": {}, "predictions": None, "testset": None}
    return make_record(store, spec, 0.5, status="failed", error=Failure(type="RuntimeError", message="went wrong"), **nothing)


def fill(
    folder: Path,
    cells: Mapping[tuple[str, str, str], Scores],
    *,
    suite: str = "glue-fewshot",
    profile: str = "laptop",
    task_source: str = "mirror",
    **more: Any,
) -> Path:
    """A results folder: (task, shots, noise) -> arm -> one score per seed; None: planned and not there; NaN: failed."""
    store, rows = RecordStore(folder), []
    for (task, shots, noise), arms in cells.items():
        for arm, scores in arms.items():
            for seed, score in enumerate(scores):
                spec = make_spec(arm, seed, task=task, shots=shots, noise=noise)
                rows.append(ManifestRow.of(spec, arm=arm, task_source=task_source, n_train=20, n_dev=20, n_test=more.get("n_test", N_TEST)))
                if score is not None:
                    store.write(make_failed(store, spec) if score != score else make_record(store, spec, score, **more))
    store.write_manifest(Manifest(suite=suite, profile=profile, rows=tuple(rows)))
    return folder


CE = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
SCL = [0.65, 0.66, 0.63, 0.67, 0.67, 0.62]
NULL = [0.61, 0.60, 0.60, 0.63, 0.60, 0.60]


@pytest.fixture(scope="session")
def filled() -> Callable[..., Path]:
    """`fill`, for tests that make their own grid."""
    return fill


def fill_grid(folder: Path) -> Path:
    """Three arms on two tasks at 20 shots, and one task at 100: six seeds each."""
    arms = {"ce": CE, "ce-null": NULL, "scl": SCL}
    higher = {arm: [score + 0.1 for score in scores] for arm, scores in arms.items()}
    return fill(folder, {("sst2", "20", ""): arms, ("sst2", "100", ""): higher, ("trec", "20", ""): arms})


@pytest.fixture(scope="session")
def filled_grid() -> Callable[[Path], Path]:
    """`fill_grid`, for fixtures of a wider scope."""
    return fill_grid


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    """`fill_grid` in a folder of its own."""
    return fill_grid(tmp_path / "results")


@pytest.fixture(name="make_spec")
def _make_spec() -> Callable[..., RunSpec]:
    return make_spec


@pytest.fixture(name="make_record")
def _make_record() -> Callable[..., RunRecord]:
    return make_record


@pytest.fixture
def with_pool() -> Callable[[Path, int], Path]:
    """Give every record of a folder a training pool of so many rows."""

    def give(folder: Path, rows: int) -> Path:
        store = RecordStore(folder)
        for record in list(store):
            store.write(record.model_copy(update={"pool_size": rows}))
        return folder

    return give
