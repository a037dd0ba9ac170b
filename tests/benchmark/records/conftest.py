"""Specs, records and manifests to write and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmark.records.manifest import ManifestRow
from benchmark.records.record import Failure, PhaseCost, Predictions, RunRecord
from benchmark.records.spec import Budget, Compute, EncoderSpec, MethodSpec, RunSpec, SplitSpec, TaskSpec


def make_spec(
    seed: int | None = 0, *, split_seed: int = 0, name: str = "ce", shots: str = "20", params: dict[str, Any] | None = None
) -> RunSpec:
    return RunSpec(
        numerics=1,
        method=MethodSpec(name=name, params={"weight": 0.9} if params is None else params, code="a" * 64),
        task=TaskSpec(name="sst2", data="b" * 64, n_classes=2, pair=False),
        split=SplitSpec(split_seed=split_seed, shots=shots),
        encoder=EncoderSpec(name="tiny", commit="c" * 40, weights="d" * 64, pooling="mean", max_length=64),
        budget=Budget(steps=60, batch=16, lr_encoder=1e-4, lr_head=1e-3),
        compute=Compute(),
        seed=seed,
    )


def make_record(given: RunSpec, *, ids: list[int] | None = None, **more: Any) -> RunRecord:
    ids = [int(bit) for bit in f"{given.seed or 0:05b}"] if ids is None else ids
    told: dict[str, Any] = {
        "key": given.key,
        "spec": given,
        "status": "done",
        "metrics": {"accuracy": 0.6, "macro_f1": 0.5},
        "dev_metrics": {"accuracy": 0.7},
        "predictions": Predictions.of(ids, 2),
        "n_train": 20,
        "n_dev": 20,
        "n_test": 5,
        "labels_used": 40,
        "phases": (
            PhaseCost(name="dae", key="e" * 64, seconds=1.0, forward=10, backward=10, cached=True),
            PhaseCost(name="fine-tune", seconds=0.5, forward=4, backward=2, log={"steps": 60}),
        ),
        "env_id": "f" * 64,
    }
    return RunRecord(**{**told, **more})


def make_failed(given: RunSpec, error: Exception | None = None) -> RunRecord:
    nothing: dict[str, Any] = {"metrics": {}, "dev_metrics": {}, "predictions": None}
    return make_record(given, status="failed", error=Failure.of(error or RuntimeError("a\nbad step")), **nothing)


def make_row(given: RunSpec, **more: Any) -> ManifestRow:
    return ManifestRow.of(given, **{"arm": given.method.name, "task_source": "embedded", **more})


@pytest.fixture(scope="session")
def spec() -> Callable[..., RunSpec]:
    return make_spec


@pytest.fixture(scope="session")
def record() -> Callable[..., RunRecord]:
    return make_record


@pytest.fixture(scope="session")
def failed() -> Callable[..., RunRecord]:
    return make_failed


@pytest.fixture(scope="session")
def row() -> Callable[..., ManifestRow]:
    return make_row
