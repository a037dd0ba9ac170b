"""SCL as a whole: its loss, its parameters, and that it pays for no second pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.training.fine_tune import FineTune
from methods.scl import SupervisedContrastive


def fine_tuning(method: SupervisedContrastive, task: TaskInfo) -> FineTune:
    (phase,) = method.phases(task)
    assert isinstance(phase, FineTune)
    return phase


def test_the_defaults_are_those_of_the_papers_best_few_shot_models() -> None:
    assert SupervisedContrastive().params() == {"weight": 0.9, "temperature": 0.3, "reduction": "mean"}


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.9])
def test_the_weights_add_up_to_one(weight: float, make_step: Any, task: TaskInfo) -> None:
    terms = fine_tuning(SupervisedContrastive(weight=weight), task).objective.terms(make_step([0, 1, 0, 1]))
    assert {name: term.weight for name, term in terms.items()} == {"ce": pytest.approx(1 - weight), "supcon": weight}


def test_both_terms_have_a_gradient_into_the_encoder(make_step: Any, state: Any, task: TaskInfo) -> None:
    """In two public re-implementations the contrastive term is a constant, and what is left is 0.1 CE."""
    terms = fine_tuning(SupervisedContrastive(), task).objective.terms(make_step([0, 1, 0, 1]))
    for term in terms.values():
        (gradient,) = torch.autograd.grad(term.value, state.backbone.word_embeddings, retain_graph=True)
        assert gradient.abs().sum() > 0


def test_both_terms_share_one_forward_pass(task: TaskInfo) -> None:
    assert fine_tuning(SupervisedContrastive(), task).objective.cost() == (1.0, 1.0)


def test_it_learns_a_separable_task(run_method: Callable[..., Any], unseen: Examples) -> None:
    state, contexts = run_method(SupervisedContrastive(weight=0.5), steps=40)
    scores = state.predictor(unseen)
    assert scores.shape == (10, 2)
    assert np.isfinite(scores).all()
    assert set(contexts["fine-tune"].log["terms"]) == {"ce", "supcon"}
    assert contexts["fine-tune"].alarms == []
    assert (scores.argmax(1) == unseen.labels).mean() > 0.5
