"""Calibration measures against stored probabilities: what was computed from them is believed, and an edited value is named."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.metrics.calibration import probabilities
from benchmark.metrics.metric import measure
from benchmark.metrics.stored_calibration import from_accuracy, from_probabilities, other_predictions, outside
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import Predictions, RunRecord
from benchmark.records.spec import Compute, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore
from reports.results.blocks import read_results


def drawn(seed: int, n: int, classes: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Gold labels [n] and scores [n, K]; a large scale makes confidences that are equal in half precision."""
    generator = np.random.default_rng(seed)
    return generator.integers(classes, size=n), (scale * generator.standard_normal((n, classes))).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 90), st.integers(2, 5), st.sampled_from([0.0, 0.01, 1.0, 6.0, 40.0, 2000.0]))
def test_what_was_computed_before_rounding_is_believed(seed: int, n: int, classes: int, scale: float) -> None:
    labels, scores = drawn(seed, n, classes, scale)
    ids, half = scores.argmax(1), probabilities(scores).astype(np.float16)
    stored = measure(labels, scores)
    assert outside(stored, from_probabilities(labels, ids, half)) == []
    assert outside(stored, from_accuracy(stored["accuracy"], classes)) == []
    assert other_predictions(ids, half) == 0


def test_the_ranges_are_narrow_enough_to_see_an_edit() -> None:
    labels, scores = drawn(0, 500, 3, 1.0)
    ranges = from_probabilities(labels, scores.argmax(1), probabilities(scores).astype(np.float16))
    assert all(high - low < 0.05 for low, high in ranges.values())


@pytest.fixture
def stored(tmp_path: Path) -> tuple[RecordStore, RunRecord]:
    """A results folder with one run that kept its probabilities."""
    labels, scores = drawn(1, 200, 2, 1.0)
    spec = RunSpec(
        numerics=1,
        method=MethodSpec(name="ce", code="a" * 64),
        task=TaskSpec(name="sst2", data="b" * 64, n_classes=2, pair=False),
        split=SplitSpec(),
        compute=Compute(),
    )
    store, buffer = RecordStore(tmp_path), io.BytesIO()
    np.save(buffer, probabilities(scores).astype(np.float16), allow_pickle=False)
    told: dict[str, Any] = {
        "metrics": measure(labels, scores),
        "predictions": Predictions.of(scores.argmax(1).tolist(), 2),
        "n_test": len(labels),
        "testset": store.write_testset(range(len(labels)), labels.tolist(), ["a", "b"]),
        "probabilities": store.write_side(spec.key, "npy", buffer.getvalue()),
    }
    return store, RunRecord(key=spec.key, spec=spec, status="done", **told)


def edited(record: RunRecord, name: str, by: float) -> RunRecord:
    return record.model_copy(update={"metrics": {**record.metrics, name: (record.metrics[name] or 0.0) + by}})


def test_an_untouched_record_is_believed(stored: tuple[RecordStore, RunRecord]) -> None:
    store, record = stored
    assert StoredScores(store)(record) == ""


@pytest.mark.parametrize(("name", "by"), [("nll", 0.01), ("nll", -0.01), ("brier", 0.005), ("ece", -0.05)])
def test_an_edited_measure_is_named(stored: tuple[RecordStore, RunRecord], name: str, by: float) -> None:
    store, record = stored
    assert StoredScores(store)(edited(record, name, by)).startswith(f"edited: {name} is ")


def test_a_report_leaves_the_edited_record_out_and_says_so(stored: tuple[RecordStore, RunRecord]) -> None:
    store, record = stored
    store.write(edited(record, "ece", -0.05))
    store.write_manifest(Manifest(suite="s", profile="p", rows=(ManifestRow.of(record.spec, arm="ce", task_source="mirror"),)))
    ((file, reason),) = read_results(store.root).problems
    assert record.key in file
    assert "edited: ece is " in reason
    assert "as its probabilities give" in reason


def test_probabilities_of_other_predictions_are_refused(stored: tuple[RecordStore, RunRecord]) -> None:
    store, record = stored
    other = record.model_copy(update={"probabilities": None, "metrics": {"accuracy": record.metrics["accuracy"]}})
    _, scores = drawn(2, 200, 2, 1.0)
    buffer = io.BytesIO()
    np.save(buffer, probabilities(scores).astype(np.float16), allow_pickle=False)
    swapped = other.model_copy(update={"probabilities": store.write_side(record.key, "npy", buffer.getvalue())})
    assert "other predictions" in StoredScores(store)(swapped)


def test_without_probabilities_a_measure_must_fit_the_predictions(stored: tuple[RecordStore, RunRecord]) -> None:
    """Each wrong prediction costs at least ln 2 nats: an NLL of 0.01 with a tenth of the answers wrong is no NLL of these predictions."""
    store, record = stored
    bare = record.model_copy(update={"probabilities": None})
    assert StoredScores(store)(bare) == ""
    assert "for its predictions" in StoredScores(store)(edited(bare, "nll", 0.01 - (bare.metrics["nll"] or 0.0)))
    assert "for its predictions" in StoredScores(store)(edited(bare, "ece", 1.0))


def test_a_missing_file_refuses_nothing(stored: tuple[RecordStore, RunRecord]) -> None:
    store, record = stored
    assert record.probabilities is not None
    (store.root / record.probabilities.file).unlink()
    scores = StoredScores(store)
    assert scores(record) == ""
    assert scores.problems == ()


def test_a_damaged_file_refuses_no_record_and_is_named(stored: tuple[RecordStore, RunRecord]) -> None:
    store, record = stored
    assert record.probabilities is not None
    (store.root / record.probabilities.file).write_bytes(b"other")
    scores = StoredScores(store)
    assert scores(record) == ""
    ((file, reason),) = scores.problems
    assert file == record.probabilities.file
    assert "not the one its record names" in reason
