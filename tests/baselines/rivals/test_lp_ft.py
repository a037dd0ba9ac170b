"""LP-FT starts from the probe: the copied head predicts what the regression predicts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from baselines.rivals.lp_ft import ABSENT, ProbedFineTune, ProbeThenFineTune, copy_into, head_of
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.errors import UserError
from benchmark.training.fine_tune import linear_head
from benchmark.training.prediction import represent


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 2], [0, 2]])
def test_the_head_predicts_what_the_probe_predicts(classes: list[int]) -> None:
    draw = np.random.default_rng(0)
    z, y = draw.normal(size=(40, 5)), draw.choice(classes, size=40)
    probe = LogisticRegression(C=1.0, max_iter=2000).fit(z, y)
    weight, bias = head_of(probe, 3)
    scores = np.exp(z @ weight.T + bias)
    shares = scores / scores.sum(1, keepdims=True)
    np.testing.assert_allclose(shares[:, probe.classes_], probe.predict_proba(z), atol=1e-6)
    for absent in {0, 1, 2} - set(classes):
        assert not weight[absent].any()
        assert bias[absent] == ABSENT
        assert shares[:, absent].max() < 1e-3


def test_two_classes_share_the_row_in_halves() -> None:
    draw = np.random.default_rng(1)
    z = draw.normal(size=(30, 4))
    probe = LogisticRegression().fit(z, (z[:, 0] > 0.3).astype(int))
    weight, bias = head_of(probe, 2)
    np.testing.assert_allclose(weight[1], probe.coef_[0] / 2, rtol=1e-6)
    np.testing.assert_allclose(weight[0], -weight[1])
    np.testing.assert_allclose(bias[1] - bias[0], probe.intercept_[0], rtol=1e-5)


def test_copying_keeps_the_dropout_and_fills_the_linear_layer() -> None:
    head = linear_head(4, 2)
    copy_into(head, np.ones((2, 4), dtype=np.float32), np.array([3.0, -3.0], dtype=np.float32))
    torch.testing.assert_close(head.eval()(torch.ones(1, 4)), torch.tensor([[7.0, 1.0]]))


def test_fine_tuning_starts_from_the_probe(
    state: State, data: TrainingData, context: Context, task: TaskInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the training loop is handed: encoder untouched, head predicting as the regression on raw pooled vectors does."""
    seen: dict[str, Any] = {}

    def look(phase: Any, state: State, data: TrainingData, context: Context) -> None:
        seen["scores"] = state.modules["head"].eval()(torch.from_numpy(represent(state.backbone, data.dev))).detach().numpy()

    monkeypatch.setattr("benchmark.training.loop.train", look)
    (phase,) = ProbeThenFineTune(C=2.0).phases(task)
    phase.build(state, task, context.streams)
    phase.fit(state, data, context)
    z = represent(state.backbone, data.train)
    probe = LogisticRegression(C=2.0, max_iter=2000).fit(z, data.train.labels)
    np.testing.assert_allclose(seen["scores"], probe.decision_function(represent(state.backbone, data.dev)), atol=1e-4)
    assert context.passes.forward == len(data.train)


def test_it_is_the_shared_fine_tuning_phase_otherwise(task: TaskInfo, context: Context) -> None:
    (phase,) = ProbeThenFineTune().phases(task)
    assert isinstance(phase, ProbedFineTune)
    assert phase.name == "fine-tune"
    plain = dataclasses.asdict(phase)
    assert plain["head"] == "linear"
    assert phase.cost(task, context.budget).forward == 6 * 8 + task.n_train


def test_a_single_class_is_refused_by_name(state: State, data: TrainingData, context: Context, task: TaskInfo) -> None:
    (phase,) = ProbeThenFineTune().phases(task)
    phase.build(state, task, context.streams)
    lone = dataclasses.replace(data, train=data.train.take([0, 3, 6]))
    with pytest.raises(UserError, match="one class"):
        phase.fit(state, lone, context)
