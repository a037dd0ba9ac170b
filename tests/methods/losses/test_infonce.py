"""InfoNCE over two views against its own definition and a foreign implementation."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from pytorch_metric_learning.losses import NTXentLoss

from methods.losses.infonce import infonce


def draw(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    numbers = np.random.default_rng(seed).normal(size=(2, n, 5))
    return torch.from_numpy(numbers[0]), torch.from_numpy(numbers[1])


def oracle(first: list[list[float]], second: list[list[float]], temperature: float) -> float:
    """One view at a time: its partner's share among all views but itself."""
    views = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in (*first, *second)]
    n = len(first)
    total = 0.0
    for i, mine in enumerate(views):
        shares = {k: math.exp(sum(a * b for a, b in zip(mine, v, strict=True)) / temperature) for k, v in enumerate(views) if k != i}
        partner = i + n if i < n else i - n
        total -= math.log(shares[partner] / sum(shares.values()))
    return total / (2 * n)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("temperature", [0.05, 0.07, 0.5])
def test_value_and_gradient_are_those_of_the_definition(n: int, temperature: float) -> None:
    first, second = draw(n)
    first.requires_grad_()
    value = infonce(first, second, temperature)
    value.backward()
    left, right, width = first.detach().tolist(), second.tolist(), 1e-6
    assert value.item() == pytest.approx(oracle(left, right, temperature), abs=1e-10)
    for k in range(5):
        up, down = [row[:] for row in left], [row[:] for row in left]
        up[0][k] += width
        down[0][k] -= width
        slope = (oracle(up, right, temperature) - oracle(down, right, temperature)) / (2 * width)
        assert first.grad is not None
        assert first.grad[0, k].item() == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("n", [2, 6])
def test_it_agrees_with_pytorch_metric_learning(n: int) -> None:
    """That library reads pairs from labels: views of one example share one. It normalises and averages over all positive pairs."""
    first, second = draw(n)
    expected = NTXentLoss(temperature=0.07)(torch.cat([first, second]), torch.arange(n).repeat(2))
    assert infonce(first, second, 0.07).item() == pytest.approx(expected.item(), abs=1e-6)


def test_one_example_has_no_negative_and_gives_a_zero_with_a_graph() -> None:
    first, second = draw(1)
    first.requires_grad_()
    value = infonce(first, second, 0.07)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-12)
    assert first.grad is not None
    assert first.grad.isfinite().all()


@settings(max_examples=30)
@given(n=st.integers(1, 7), seed=st.integers(0, 99), data=st.data())
def test_order_of_examples_and_of_views_does_not_matter(n: int, seed: int, data: Any) -> None:
    first, second = draw(n, seed)
    order = data.draw(st.permutations(range(n)))
    value = infonce(first, second, 0.07).item()
    assert infonce(first[order], second[order], 0.07).item() == pytest.approx(value, abs=1e-9)
    assert infonce(second, first, 0.07).item() == pytest.approx(value, abs=1e-9)


def test_matching_views_cost_less_than_mismatched_ones() -> None:
    first, _ = draw(5)
    assert infonce(first, first, 0.07) < infonce(first, first.roll(1, 0), 0.07)
