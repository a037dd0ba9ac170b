"""`ce-reinit`: the top layers begin as the encoder variants' do, and nothing else differs from `ce`."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from baselines.ce import FineTuning
from baselines.rivals.ce_reinit import ReinitialisedFineTuning
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.errors import UserError
from benchmark.models.reinitialisation import top_layer_draws


def begun(layers: int, state: State, data: TrainingData, context: Context, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """The encoder's tensors as the training loop gets them."""
    seen: dict[str, torch.Tensor] = {}

    def look(phase: Any, state: State, data: TrainingData, context: Context) -> None:
        seen.update({name: tensor.clone() for name, tensor in state.backbone.model.state_dict().items()})

    monkeypatch.setattr("benchmark.training.loop.train", look)
    (phase,) = ReinitialisedFineTuning(layers=layers).phases(context.task)
    phase.build(state, context.task, context.streams)
    phase.fit(state, data, context)
    return seen


@pytest.mark.parametrize("layers", [1, 2])
def test_only_the_top_layers_are_drawn_again(
    layers: int, state: State, data: TrainingData, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: tensor.clone() for name, tensor in state.backbone.model.state_dict().items()}
    expected = top_layer_draws(state.backbone, layers, context.streams)
    after = begun(layers, state, data, context, monkeypatch)
    top = {name for name in before if any(f"layer.{number}." in name for number in range(2 - layers, 2))}
    assert set(expected) == top
    assert all(torch.equal(after[name], expected[name] if name in top else before[name]) for name in before)
    assert any(not torch.equal(after[name], before[name]) for name in top)


def test_more_layers_than_there_are_is_an_error(
    state: State, data: TrainingData, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="3 layers"):
        begun(3, state, data, context, monkeypatch)


def test_the_phase_is_that_of_ce_otherwise(task: TaskInfo) -> None:
    (ours,), (plain,) = ReinitialisedFineTuning().phases(task), FineTuning().phases(task)
    mine = {f.name: getattr(ours, f.name) for f in dataclasses.fields(ours)}  # type: ignore[arg-type]
    assert mine.pop("layers") == 1
    assert mine == {f.name: getattr(plain, f.name) for f in dataclasses.fields(plain)}  # type: ignore[arg-type]
    assert (ours.name, ReinitialisedFineTuning.family) == ("fine-tune", "rival")
