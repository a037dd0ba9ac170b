"""CAT as a whole: an epsilon for each norm, what it records, and its cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.records.alarms import INERT_ATTACK
from benchmark.training.fine_tune import FineTune
from methods.cat import ContrastiveAdversarialTraining
from methods.losses.adversarial import ContrastiveAdversarial


def objective_of(method: ContrastiveAdversarialTraining, task: TaskInfo) -> ContrastiveAdversarial:
    (phase,) = method.phases(task)
    assert isinstance(phase, FineTune)
    assert isinstance(phase.objective, ContrastiveAdversarial)
    return phase.objective


@pytest.mark.parametrize(("norm", "epsilon"), [("l2", 0.25), ("sign", 0.002)])
def test_each_norm_has_its_own_epsilon(norm: Any, epsilon: float, task: TaskInfo) -> None:
    method = ContrastiveAdversarialTraining(norm=norm, epsilon_l2=0.25, epsilon_sign=0.002)
    assert objective_of(method, task).epsilon == epsilon


def test_the_default_attack_is_the_sign_method_of_the_papers_figure(task: TaskInfo) -> None:
    objective = objective_of(ContrastiveAdversarialTraining(), task)
    assert (objective.norm, objective.epsilon) == ("sign", 0.005)


def test_the_projection_is_hidden_to_hidden_to_128(task: TaskInfo) -> None:
    projection = objective_of(ContrastiveAdversarialTraining(), task).modules(16, None, task)["projection"]()  # type: ignore[arg-type]
    assert [tuple(p.shape) for p in projection.parameters()] == [(16, 16), (16,), (128, 16), (128,)]


@pytest.mark.parametrize(("norm", "size"), [("l2", {"epsilon_l2": 0.05}), ("sign", {"epsilon_sign": 0.002})])
def test_it_trains_and_records_what_the_attack_does(
    norm: Any, size: dict[str, float], run_method: Callable[..., Any], unseen: Examples
) -> None:
    state, contexts = run_method(ContrastiveAdversarialTraining(norm=norm, **size))
    journal = contexts["fine-tune"]
    assert np.isfinite(state.predictor(unseen)).all()
    assert set(journal.log["terms"]) == {"ce", "ce_adversarial", "contrast"}
    assert "attack_gain" in str(journal.log)
    assert journal.alarms == []
    assert (journal.passes.forward, journal.passes.backward) == (12 * 8 * 2, 12 * 8 * 3)


def test_an_epsilon_too_small_for_the_encoder_raises_the_alarm(run_method: Callable[..., Any]) -> None:
    _, contexts = run_method(ContrastiveAdversarialTraining(norm="l2", epsilon_l2=1e-6))
    assert contexts["fine-tune"].alarms == [INERT_ATTACK]


def test_an_epsilon_of_zero_is_allowed_and_raises_the_alarm(run_method: Callable[..., Any]) -> None:
    _, contexts = run_method(ContrastiveAdversarialTraining(epsilon_sign=0.0))
    assert contexts["fine-tune"].alarms == [INERT_ATTACK]
    assert contexts["fine-tune"].log["measured"]["attack_gain"] == [0.0] * 10


def test_it_trains_in_mixed_precision(state: Any, run_method: Callable[..., Any], unseen: Examples) -> None:
    """The measurement is still taken in float32, where so small a gain is not lost."""
    state.backbone.precision = "bf16"
    trained, contexts = run_method(ContrastiveAdversarialTraining(norm="l2", epsilon_l2=0.05))
    assert np.isfinite(trained.predictor(unseen)).all()
    assert contexts["fine-tune"].alarms == []
