"""Mixout against its formula in plain loops, its mean, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from baselines.rivals.losses.mixed_weights import MixedWeights, keep_columns, linear_weights, mixout
from benchmark.contract.encoder_variant import EncoderVariant
from benchmark.contract.state import State
from benchmark.errors import UserError


def draw(seed: int) -> torch.Tensor:
    return torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def oracle(weight: list[list[float]], first: list[list[float]], keep: list[float], p: float) -> list[list[float]]:
    """((1 - M) W_0 + M W - p W_0) / (1 - p), one number at a time; M by input neuron."""
    return [
        [((1 - m) * old + m * new - p * old) / (1 - p) for new, old, m in zip(row, before, keep, strict=True)]
        for row, before in zip(weight, first, strict=True)
    ]


@pytest.mark.parametrize("p", [0.0, 0.7, 0.9])
def test_value_and_gradient_are_those_of_the_definition(p: float, slopes: Any) -> None:
    weight, first, keep = draw(1).requires_grad_(), draw(2), torch.tensor([[1.0, 0.0, 1.0, 0.0]], dtype=torch.float64)
    mixed = mixout(weight, first, keep, p)
    mixed.square().sum().backward()
    expected = oracle(weight.tolist(), first.tolist(), keep[0].tolist(), p)
    torch.testing.assert_close(mixed, torch.tensor(expected, dtype=torch.float64))

    def squares(rows: list[list[float]]) -> float:
        return sum(x * x for row in oracle(rows, first.tolist(), keep[0].tolist(), p) for x in row)

    torch.testing.assert_close(weight.grad, slopes(squares, weight.detach()), atol=1e-4, rtol=1e-5)


def test_its_mean_over_masks_is_the_weight_itself() -> None:
    weight, first, generator = draw(1), draw(2), torch.Generator().manual_seed(0)
    draws = torch.stack([mixout(weight, first, keep_columns(weight, 0.7, generator), 0.7) for _ in range(20_000)])
    torch.testing.assert_close(draws.mean(0), weight, atol=0.1, rtol=0)


def test_a_column_is_kept_or_replaced_as_a_whole() -> None:
    keep = keep_columns(torch.zeros(5, 10_000), 0.9, torch.Generator().manual_seed(0))
    assert keep.shape == (1, 10_000)
    assert set(keep.unique().tolist()) == {0.0, 1.0}
    assert keep.mean().item() == pytest.approx(0.1, abs=0.01)


def test_exactly_the_weights_of_the_linear_maps_are_mixed(make_step: Any, state: State) -> None:
    linear = {f"{name}.weight" for name, module in state.backbone.model.named_modules() if isinstance(module, nn.Linear)}
    assert set(linear_weights(make_step([0, 1]))) == linear


def test_before_the_first_update_mixing_changes_nothing(make_step: Any) -> None:
    """W = W_0, so that the pass is one without encoder dropout."""
    value = MixedWeights(0.9).terms(make_step([0, 1, 2]))["ce"].value
    step = make_step([0, 1, 2])
    plain = F.cross_entropy(step.logits(step.encode(variant=EncoderVariant(dropout=False))), step.labels)
    torch.testing.assert_close(value, plain)


def test_later_passes_are_those_of_the_mixed_weights(make_step: Any, state: State) -> None:
    """After an update: what the encoder gives when the mixed weights are written into it."""
    MixedWeights(0.5).terms(make_step([0, 1, 2]))
    first = {name: weight.detach().clone() for name, weight in linear_weights(make_step([0])).items()}
    with torch.no_grad():
        for weight in linear_weights(make_step([0])).values():
            weight.add_(0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
    after = {name: weight.detach().clone() for name, weight in linear_weights(make_step([0])).items()}
    value = MixedWeights(0.5).terms(make_step([0, 1, 2], index=1))["ce"].value.item()
    step = make_step([0, 1, 2], index=1)
    generator = step.generator("mixout")
    with torch.no_grad():
        for name, weight in linear_weights(step).items():
            weight.copy_(mixout(after[name], first[name], keep_columns(weight, 0.5, generator), 0.5))
        written = F.cross_entropy(step.logits(step.encode(variant=EncoderVariant(dropout=False))), step.labels).item()
        for name, weight in linear_weights(step).items():
            weight.copy_(after[name])
        unmixed = F.cross_entropy(step.logits(step.encode(variant=EncoderVariant(dropout=False)), same_masks=True), step.labels).item()
    assert value == pytest.approx(written, abs=1e-5)
    assert value != pytest.approx(unmixed, abs=1e-5)


def test_the_gradient_reaches_the_weights_and_evaluation_uses_them_unmixed(make_step: Any, state: State) -> None:
    MixedWeights(0.5).terms(make_step([0, 1, 2]))["ce"].value.backward()
    reached = [weight for weight in linear_weights(make_step([0])).values() if weight.grad is not None and weight.grad.any()]
    assert len(reached) == len(linear_weights(make_step([0])))
    assert all(isinstance(weight, nn.Parameter) for weight in reached)


@pytest.mark.parametrize("labels", [[1, 1], [0]])
def test_degenerate_batches_are_finite(make_step: Any, labels: list[int]) -> None:
    assert MixedWeights().terms(make_step(labels))["ce"].value.isfinite()


@pytest.mark.parametrize("p", [1.0, -0.1])
def test_what_is_not_allowed_is_refused(p: float) -> None:
    with pytest.raises(UserError):
        MixedWeights(p)
