"""The controls of CAT: passes and cost stay, and one thing changes in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.contract.method import Method
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.records.alarms import INERT_ATTACK
from methods.cat import ContrastiveAdversarialTraining
from methods.controls.cat_controls import AdversarialTraining, CleanViews, DescendingStep, EqualMasks, RandomDirection
from methods.losses.adversarial import ContrastiveAdversarial

CONTROLS = [CleanViews, RandomDirection, DescendingStep, AdversarialTraining, EqualMasks]
LABELS = [0, 1, 0, 1, 1, 0]


def objective_of(method: Method, task: TaskInfo) -> ContrastiveAdversarial:
    (phase,) = method.phases(task)
    objective = phase.objective  # type: ignore[attr-defined]
    assert isinstance(objective, ContrastiveAdversarial)
    return objective


@pytest.mark.parametrize("control", CONTROLS)
def test_they_are_controls_of_cat_with_its_cost(control: type[Method], task: TaskInfo) -> None:
    assert (control.family, control.controls) == ("control", ("cat",))
    assert objective_of(control(), task).cost() == objective_of(ContrastiveAdversarialTraining(), task).cost()


@pytest.mark.parametrize("control", CONTROLS)
def test_their_shared_parameters_have_the_defaults_of_cat(control: type[Method]) -> None:
    cat = ContrastiveAdversarialTraining().params()
    assert control().params().items() <= cat.items()


@pytest.mark.parametrize("control", CONTROLS)
def test_they_train_and_make_the_passes_of_cat(control: type[Method], run_method: Callable[..., Any], unseen: Examples) -> None:
    state, contexts = run_method(control())
    log = contexts["fine-tune"]
    assert np.isfinite(state.predictor(unseen)).all()
    assert (log.passes.forward, log.passes.backward) == (12 * 8 * 2, 12 * 8 * 3)
    assert log.alarms == list(control.expected_alarms)
    assert len(log.log["measured"]["attack_gain"]) == 10


def test_the_clean_control_alone_expects_the_alarm_of_an_inert_attack() -> None:
    assert [control.expected_alarms for control in CONTROLS] == [(INERT_ATTACK,), (), (), (), ()]


def gain(method: Method, make_step: Any, task: TaskInfo) -> float:
    objective = objective_of(method, task)
    return objective.diagnose(make_step(LABELS, objective, fixed_masks=True))["attack_gain"]


def test_what_each_step_does_to_the_loss(make_step: Any, task: TaskInfo) -> None:
    up = gain(ContrastiveAdversarialTraining(), make_step, task)
    assert gain(CleanViews(), make_step, task) == 0.0
    assert gain(DescendingStep(), make_step, task) < 0 < up
    assert abs(gain(RandomDirection(), make_step, task)) < 0.3 * up
    assert gain(AdversarialTraining(), make_step, task) == gain(EqualMasks(), make_step, task) == up


def test_adversarial_training_is_the_mean_of_both_cross_entropies(make_step: Any, task: TaskInfo) -> None:
    objective = objective_of(AdversarialTraining(), task)
    terms = objective.terms(make_step(LABELS, objective))
    assert {name: term.weight for name, term in terms.items()} == {"ce": 0.5, "ce_adversarial": 0.5}
    assert objective.modules(16, torch.nn.Identity(), task) == {}


def test_equal_masks_leave_the_step_as_the_only_difference(make_step: Any, task: TaskInfo) -> None:
    """With a step of size zero the two passes are one; under independent masks they are not."""
    still = objective_of(EqualMasks(epsilon_sign=0.0), task).terms(make_step(LABELS, objective_of(EqualMasks(), task)))
    assert still["ce_adversarial"].value == still["ce"].value
    clean = objective_of(CleanViews(), task).terms(make_step(LABELS, objective_of(CleanViews(), task)))
    assert clean["ce_adversarial"].value != clean["ce"].value


def test_the_clean_view_of_every_control_is_that_of_cat(make_step: Any, task: TaskInfo) -> None:
    """Arms are paired: the first pass has the same masks in all of them."""
    values = {
        objective_of(m(), task).terms(make_step(LABELS, objective_of(m(), task)))["ce"].value.item()
        for m in (ContrastiveAdversarialTraining, *CONTROLS)
    }
    assert len(values) == 1
