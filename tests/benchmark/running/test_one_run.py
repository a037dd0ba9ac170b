"""A run is a pure function of its spec (docs/protocol.md, rule 2): bit for bit, whatever ran before it, wherever, cached or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.checks.tiny_run import small_split
from benchmark.config.request import RunRequest
from benchmark.data.examples import Examples
from benchmark.data.noise import NoiseAudit
from benchmark.errors import UserError
from benchmark.planning import loaded_data
from benchmark.planning.plan import make_plan
from benchmark.records.record import RunRecord
from benchmark.running.one_run import memorised, train_and_score

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]
ALL = "ce,scl,scl-only,cat,dae-cl-joint,three-phase"
TWO_SHARED_PHASES = """
title = "two arms that differ in their third phase alone"
tasks = ["sst2"]
shots = ["20"]
arms = ["three-phase", { name = "frozen", method = "three-phase", params = { freeze_encoder = true } }]
baseline = "three-phase"
"""


def scores(request: RunRequest) -> dict[str, bytes]:
    """Raw test scores by arm: stricter than equal predictions."""
    plan = make_plan(request)
    return {run.arm.name: train_and_score(run.spec, plan.workspace).scores.tobytes() for run in plan.runs}


def test_twice_in_one_process_and_after_other_methods(request_of: Callable[..., RunRequest]) -> None:
    together = scores(request_of(methods=ALL))
    torch.manual_seed(1234)
    np.random.seed(99)  # noqa: NPY002 - the very thing that must not matter
    for name in reversed(ALL.split(",")):
        assert scores(request_of(methods=name)) == {name: together[name]}, name


def test_in_two_processes_as_in_one(run_of: Run, tmp_path: Path) -> None:
    _, alone = run_of(methods="ce,three-phase", seeds="2", results=tmp_path / "alone")
    _, pooled = run_of(methods="ce,three-phase", seeds="2", results=tmp_path / "pooled", cache=tmp_path / "other", workers=2)
    assert len(alone) == 4
    assert {k: (r.predictions, r.metrics) for k, r in alone.items()} == {k: (r.predictions, r.metrics) for k, r in pooled.items()}


def test_from_the_phase_cache_as_trained(run_of: Run, tmp_path: Path) -> None:
    """`dae-ft` takes its first phase from `three-phase` when both are planned; alone it trains it itself."""
    _, shared = run_of(methods="three-phase,dae-ft", results=tmp_path / "shared")
    assert [phase.cached for phase in shared["dae-ft"].phases] == [True, False]
    _, alone = run_of(methods="dae-ft", results=tmp_path / "alone", cache=tmp_path / "empty")
    assert [phase.cached for phase in alone["dae-ft"].phases] == [False, False]
    assert shared["dae-ft"].metrics == alone["dae-ft"].metrics
    assert shared["dae-ft"].predictions == alone["dae-ft"].predictions


def test_from_the_second_cached_phase_as_trained(run_of: Run, tmp_path: Path) -> None:
    """`frozen` differs from `three-phase` in its last phase alone: planned with it, it resumes after the second phase."""
    suite = tmp_path / "two-shared-phases.toml"
    suite.write_text(TWO_SHARED_PHASES)
    _, shared = run_of(suite=suite, methods=None, results=tmp_path / "shared")
    assert [phase.cached for phase in shared["frozen"].phases] == [True, True, False]
    _, alone = run_of(suite=suite, methods="frozen", results=tmp_path / "alone", cache=tmp_path / "empty")
    assert [phase.cached for phase in alone["frozen"].phases] == [False, False, False]
    assert [phase.name for phase in shared["frozen"].phases] == [phase.name for phase in alone["frozen"].phases]
    assert (shared["frozen"].metrics, shared["frozen"].predictions) == (alone["frozen"].metrics, alone["frozen"].predictions)


def test_a_cached_phase_brings_the_cost_it_had(run_of: Run) -> None:
    _, records = run_of(methods="three-phase,dae-ft")
    trained, cached = records["three-phase"].phases[0], records["dae-ft"].phases[0]
    assert (cached.forward, cached.backward, cached.seconds) == (trained.forward, trained.backward, trained.seconds)


def test_resumed_grid_equals_the_undisturbed_one(run_of: Run, tmp_path: Path) -> None:
    _, whole = run_of(methods="ce,scl,three-phase", results=tmp_path / "whole", cache=tmp_path / "c1")
    run_of(methods="three-phase", results=tmp_path / "parts", cache=tmp_path / "c2")
    summary, parts = run_of(methods="ce,scl,three-phase", results=tmp_path / "parts", cache=tmp_path / "c2")
    assert summary.cached == 1
    assert {k: r.metrics for k, r in whole.items()} == {k: r.metrics for k, r in parts.items()}


@pytest.mark.parametrize("name", ["ce", "probe", "tfidf", "three-phase"])
def test_shuffled_test_labels_change_no_prediction(
    name: str, request_of: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_of(methods=name)
    before = scores(request)

    def relabelled(examples: Examples) -> Examples:
        assert examples.labels is not None
        return dataclasses.replace(examples, labels=np.roll(examples.labels, 1))

    original = loaded_data.drawn
    monkeypatch.setattr(
        loaded_data, "drawn", lambda data, spec: dataclasses.replace(original(data, spec), test=relabelled(original(data, spec).test))
    )
    assert scores(request) == before


def test_files_of_another_encoder_are_refused(request_of: Callable[..., RunRequest]) -> None:
    plan = make_plan(request_of(methods="ce"))
    spec = plan.runs[0].spec
    assert spec.encoder is not None
    other = spec.model_copy(update={"encoder": spec.encoder.model_copy(update={"files": "0" * 64})})
    with pytest.raises(UserError, match="The spec was made for 000000000000"):
        train_and_score(other, plan.workspace)


def test_arms_of_one_seed_share_head_order_and_dropout(request_of: Callable[..., RunRequest]) -> None:
    """`scl` at weight 0 is `ce`: same head, same batches, same masks; `ce-null` shares none of them."""
    plain = scores(request_of(methods="ce"))["ce"]
    assert scores(request_of(methods="scl", set=["scl.weight=0"]))["scl"] == plain
    assert scores(request_of(methods="ce-null"))["ce-null"] != plain


def test_another_seed_is_another_run(request_of: Callable[..., RunRequest]) -> None:
    keys = {run.key for run in make_plan(request_of(seeds="3", methods="ce")).runs}
    assert len(keys) == 3


@pytest.mark.parametrize(("learnt", "on_given", "on_true"), [("given", 1.0, 0.0), ("true", 0.0, 1.0)])
def test_memorisation_tells_the_given_labels_from_the_true_ones(learnt: str, on_given: float, on_true: float) -> None:
    """A predictor that knows the given labels of the training set by heart, and one that knows the true ones."""
    train = small_split().train
    true = train.labels
    assert true is not None
    given = np.where(np.arange(len(true)) % 4 == 1, 1 - true, true)
    known = dict(zip(train.texts, (given if learnt == "given" else true).tolist(), strict=True))
    split = dataclasses.replace(small_split(), train=dataclasses.replace(train, labels=given))
    audit = NoiseAudit("label-flip", 0.25, "train", "replace", "clean", "labels", {}, true)
    found = memorised(lambda examples: np.eye(2, dtype=np.float32)[[known[text] for text in examples.texts]], split, audit)
    assert found == {"flipped_train": {"n": 4, "accuracy_on_given": on_given, "accuracy_on_true": on_true}}


def test_an_alarm_that_the_method_expects_is_noted_apart_from_the_others(
    request_of: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmark.plugins.registry import methods

    plan = make_plan(request_of(methods="majority"))
    plain = train_and_score(plan.runs[0].spec, plan.workspace)
    assert "constant predictions" in plain.alarms
    monkeypatch.setattr(methods.get("majority"), "expected_alarms", ("constant predictions", "inert term: never"))
    expected = train_and_score(plan.runs[0].spec, plan.workspace)
    assert expected.alarms == [alarm for alarm in plain.alarms if alarm != "constant predictions"]
    assert expected.notes["expected_alarms"] == ["constant predictions"]
