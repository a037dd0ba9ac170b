"""Dropout from cheap bits is dropout: rate, scale, gradient, and nothing but torch's seed behind it."""

from __future__ import annotations

import pytest
import torch

from benchmark.models.dropout import dropout, keep_mask


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_elements_are_dropped_at_the_rate_and_the_mean_stays(rate: float) -> None:
    torch.manual_seed(0)
    states = dropout(torch.ones(400_000), rate, training=True)
    assert float((states == 0).float().mean()) == pytest.approx(rate, abs=0.003)
    assert float(states.mean()) == pytest.approx(1, abs=0.01 / (1 - rate))
    assert states.unique().numel() == 2


def test_each_of_the_sixteen_bits_of_a_draw_counts_once() -> None:
    """Neighbours come from one 64-bit number; they must not fall together."""
    torch.manual_seed(0)
    mask = keep_mask(400_000, 1 << 15).view(-1, 4).float()
    correlation = torch.corrcoef(mask.T).fill_diagonal_(0)
    assert float(correlation.abs().max()) < 0.01


def test_the_gradient_passes_where_the_value_did() -> None:
    states = torch.ones(1000, requires_grad=True)
    out = dropout(states, 0.3, training=True)
    out.sum().backward()
    assert states.grad is not None
    assert torch.equal(states.grad, out.detach())


def test_equal_seeds_give_equal_masks_and_others_do_not() -> None:
    def drawn(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return dropout(torch.ones(64), 0.5, training=True)

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_outside_training_and_at_rate_zero_nothing_is_drawn(rate: float, training: bool) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    states = torch.randn(3, generator=torch.Generator().manual_seed(1))
    assert dropout(states, rate, training) is states
    assert torch.equal(torch.get_rng_state(), before)


def test_low_precision_keeps_the_scale_exact_up_to_one_rounding() -> None:
    torch.manual_seed(0)
    states = dropout(torch.full((1000,), 3.0, dtype=torch.bfloat16), 0.1, training=True)
    kept_value = states[states != 0].unique()
    assert kept_value.tolist() == [float(torch.tensor(3 / 0.9).bfloat16())]
