"""Contrastive training alone: what the second stage may train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.errors import UserError
from benchmark.plugins.registry import build
from methods.scl_only import SupervisedContrastiveOnly

Stage = Any


@pytest.mark.parametrize(
    ("stage", "names"), [("probe", ["contrast", "probe"]), ("head", ["contrast", "fine-tune"]), ("full", ["contrast", "fine-tune"])]
)
def test_the_phases_of_each_second_stage(stage: Stage, names: list[str], task: TaskInfo) -> None:
    assert [phase.name for phase in SupervisedContrastiveOnly(second_stage=stage).phases(task)] == names


def test_the_first_stage_has_no_cross_entropy_and_no_head(run_method: Callable[..., Any]) -> None:
    _, contexts = run_method(SupervisedContrastiveOnly())
    assert set(contexts["contrast"].log["terms"]) == {"supcon"}


@pytest.mark.parametrize("stage", ["probe", "head", "full"])
def test_it_leaves_a_predictor(stage: Stage, run_method: Callable[..., Any], unseen: Examples) -> None:
    state, _ = run_method(SupervisedContrastiveOnly(second_stage=stage))
    scores = state.predictor(unseen)
    assert scores.shape == (10, 2)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(("stage", "moves"), [("probe", False), ("head", False), ("full", True)])
def test_only_the_full_second_stage_moves_the_encoder(
    stage: Stage, moves: bool, state: Any, run_method: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    after: list[torch.Tensor] = []
    original = SupervisedContrastiveOnly.phases

    def watched(self: SupervisedContrastiveOnly, task: TaskInfo) -> Any:
        first, second = original(self, task)
        yield first
        after.append(state.backbone.word_embeddings.detach().clone())
        yield second

    monkeypatch.setattr(SupervisedContrastiveOnly, "phases", watched)
    run_method(SupervisedContrastiveOnly(second_stage=stage))
    assert torch.equal(after[0], state.backbone.word_embeddings) != moves


def test_the_views_of_supcl_seq_are_further_passes(run_method: Callable[..., Any], unseen: Examples) -> None:
    """hooman650/SupCL-Seq: the plain view and three under dropout 0, 0.05 and 0.2, at temperature 0.05."""
    state, contexts = run_method(SupervisedContrastiveOnly(temperature=0.05, dropouts=(0.0, 0.05, 0.2)))
    assert contexts["contrast"].passes.forward == 12 * 8 * 4
    assert np.isfinite(state.predictor(unseen)).all()
    assert contexts["contrast"].alarms == []


def test_a_dropout_rate_outside_its_range_is_refused() -> None:
    assert build("scl-only", {"dropouts": "0.0, 0.05, 0.2"}) == SupervisedContrastiveOnly(dropouts=(0.0, 0.05, 0.2))
    with pytest.raises(UserError):
        build("scl-only", {"dropouts": (1.5,)})
