"""Tokens move into the padded grid of attention and back: values and gradients as by plain indexing."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from benchmark.models.unpadding import Unpadding

HEADS, SIZE = 3, 4
rows = st.lists(st.integers(1, 7), min_size=1, max_size=6)


def masked(lengths: list[int]) -> Tensor:
    return (torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)).long()


def flat(count: int) -> Tensor:
    return torch.randn(count, HEADS * SIZE, generator=torch.Generator().manual_seed(count)).requires_grad_()


def plainly(states: Tensor, mask: Tensor) -> Tensor:
    """[N, H] -> [B, heads, T, D] with zeros for padding, row by row."""
    grid = torch.zeros(*mask.shape, HEADS * SIZE)
    grid = grid.masked_scatter(mask.bool().unsqueeze(-1), states)
    return grid.view(*mask.shape, HEADS, SIZE).transpose(1, 2)


@given(rows)
def test_every_token_stands_at_its_place(lengths: list[int]) -> None:
    mask, states = masked(lengths), flat(sum(lengths))
    grid = Unpadding.of(mask).unfold(states, HEADS)
    seen = mask.bool()[:, None, :, None]
    assert torch.equal(grid.where(seen, torch.zeros(())), plainly(states, mask))


@given(rows)
def test_folding_takes_unfolding_back(lengths: list[int]) -> None:
    layout, states = Unpadding.of(masked(lengths)), flat(sum(lengths))
    assert torch.equal(layout.fold(layout.unfold(states, HEADS)), states)
    assert layout.lengths.tolist() == lengths


@given(rows)
def test_gradients_are_those_of_plain_indexing(lengths: list[int]) -> None:
    """Through both moves and a product that hides padding, as attention does."""
    mask, ours, theirs = masked(lengths), flat(sum(lengths)), flat(sum(lengths))
    layout = Unpadding.of(mask)
    weight = torch.randn(len(lengths), HEADS, mask.shape[1], SIZE, generator=torch.Generator().manual_seed(1))
    layout.fold(layout.unfold(ours, HEADS) * weight).square().sum().backward()
    (plainly(theirs, mask) * weight).square().sum().backward()
    assert torch.equal(ours.grad, theirs.grad)  # type: ignore[arg-type]


def test_folding_gives_padding_no_gradient() -> None:
    layout = Unpadding.of(masked([2, 1]))
    grid = torch.ones(2, HEADS, 2, SIZE, requires_grad=True)
    layout.fold(grid).sum().backward()
    assert grid.grad is not None
    assert grid.grad[:, 0, :, 0].tolist() == [[1.0, 1.0], [1.0, 0.0]]


def test_given_places_are_taken_as_they_are() -> None:
    mask = masked([3, 1])
    assert torch.equal(Unpadding.of(mask, torch.tensor([0, 1, 2, 3])).row, Unpadding.of(mask).row)
