"""The controls of SCL: what each leaves of it, what each takes out, and that they are paired with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.contract.method import Method
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.records.alarms import INERT_TERM
from benchmark.training.fine_tune import FineTune
from methods.controls.ce_rate import ScaledRateFineTuning
from methods.controls.scl_controls import DetachedContrast, PlaceboContrast, TwoViewContrast, UnsupervisedContrast
from methods.scl import SupervisedContrastive

Run = Callable[..., Any]
CONTROLS = [PlaceboContrast, DetachedContrast, UnsupervisedContrast, TwoViewContrast]


def fine_tuning(method: Method, task: TaskInfo) -> FineTune:
    (phase,) = method.phases(task)
    assert isinstance(phase, FineTune)
    return phase


@pytest.mark.parametrize("control", [*CONTROLS, ScaledRateFineTuning])
def test_they_are_declared_as_controls_of_scl(control: type[Method]) -> None:
    assert control.family == "control"
    assert "scl" in control.controls


@pytest.mark.parametrize("control", CONTROLS)
def test_their_weights_are_those_of_scl(control: type[Method], make_step: Any, task: TaskInfo) -> None:
    assert control().params()["weight"] == SupervisedContrastive().weight
    objective = fine_tuning(control(), task).objective
    weights = [term.weight for term in objective.terms(make_step([0, 1, 0, 1], objective)).values()]
    assert weights == [pytest.approx(0.1), 0.9]


@pytest.mark.parametrize(
    ("control", "cost"), [(PlaceboContrast, 1.0), (DetachedContrast, 1.0), (UnsupervisedContrast, 2.0), (TwoViewContrast, 2.0)]
)
def test_their_cost(control: type[Method], cost: float, task: TaskInfo) -> None:
    assert fine_tuning(control(), task).objective.cost() == (cost, cost)


@pytest.mark.parametrize("control", CONTROLS)
def test_they_train_and_predict(control: type[Method], run_method: Run, unseen: Examples) -> None:
    state, contexts = run_method(control())
    assert np.isfinite(state.predictor(unseen)).all()
    assert contexts["fine-tune"].alarms == list(control.expected_alarms)


def test_scl_off_alone_expects_an_alarm() -> None:
    assert [control.expected_alarms for control in CONTROLS] == [(), (f"{INERT_TERM}: supcon",), (), ()]


def test_scl_off_trains_as_a_cross_entropy_of_weight_one_tenth(run_method: Run, state: Any) -> None:
    pristine = {name: tensor.clone() for name, tensor in state.tensors().items()}

    def trained(method: Method) -> torch.Tensor:
        state.load(pristine)
        state.owners.clear()
        after, _ = run_method(method)
        return after.backbone.word_embeddings.detach().clone()

    assert torch.equal(trained(DetachedContrast()), trained(DetachedContrast(temperature=0.1)))
    assert not torch.equal(trained(SupervisedContrastive()), trained(DetachedContrast()))


def test_the_cross_entropy_of_the_placebo_has_the_true_labels(make_step: Any, task: TaskInfo) -> None:
    labels = [0] * 8 + [1] * 8
    placebo, scl = (fine_tuning(m, task).objective.terms(make_step(labels)) for m in (PlaceboContrast(), SupervisedContrastive()))
    assert placebo["ce"].value == scl["ce"].value
    assert placebo["supcon"].value != scl["supcon"].value


@pytest.mark.parametrize("rate", [0.25, 1.0, 4.0])
def test_ce_rate_multiplies_the_encoders_rate_and_no_other(rate: float, task: TaskInfo, run_method: Run) -> None:
    _, contexts = run_method(ScaledRateFineTuning(rate=rate))
    plan = contexts["fine-tune"].log["plan"]
    assert (plan["lr_encoder"], plan["lr_head"]) == (pytest.approx(1e-3 * rate), 1e-2)
