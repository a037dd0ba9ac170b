"""The trace of every step: a file for each phase, complete, and without effect on the result."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.records.record import RunRecord
from benchmark.running.step_trace import StepTrace

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.open()))


def test_every_step_of_every_phase_is_written_and_predictions_stay(run_of: Run, tmp_path: Path) -> None:
    _, plain = run_of(methods="scl-only,tfidf", results=tmp_path / "plain")
    _, traced = run_of(methods="scl-only,tfidf", results=tmp_path / "traced", trace=tmp_path / "trace")
    assert {key: record.predictions for key, record in plain.items()} == {key: record.predictions for key, record in traced.items()}
    record = traced["scl-only"]
    rows = rows_of(tmp_path / "trace" / record.key / "contrast.csv")
    plan = next(phase for phase in record.phases if phase.name == "contrast").log["plan"]
    assert [int(row["step"]) for row in rows] == list(range(plan["steps"]))
    assert list(rows[0]) == ["step", "term/supcon", "gradient_norm", "rate_factor"]
    assert all(float(row["gradient_norm"]) > 0 for row in rows)


def test_a_term_that_is_missing_in_a_step_leaves_an_empty_field(tmp_path: Path) -> None:
    trace = StepTrace(tmp_path, "p")
    trace(0, {"term/a": 1.0, "term/b": 2.0})
    trace(1, {"term/a": 3.0, "term/new": 4.0})
    trace.close()
    assert rows_of(tmp_path / "p.csv") == [{"step": "0", "term/a": "1.0", "term/b": "2.0"}, {"step": "1", "term/a": "3.0", "term/b": ""}]


def test_tensorboard_reads_the_same_values(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    trace = StepTrace(tmp_path, "p")
    for step in range(3):
        trace(step, {"term/a": step / 2})
    trace.close()
    events = accumulator.EventAccumulator(str(tmp_path / "p")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("term/a")] == [(0, 0.0), (1, 0.5), (2, 1.0)]
