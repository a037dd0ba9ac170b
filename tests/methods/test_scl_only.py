"""Contrastive training alone: what the second stage may train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
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
