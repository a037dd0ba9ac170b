"""The supervised contrastive loss against its own definition, a foreign implementation, and its traps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from pytorch_metric_learning.losses import SupConLoss

from benchmark.contract.state import State
from benchmark.errors import UserError
from methods.losses.supcon import SupCon, supcon

Vectors = list[list[float]]


def oracle(vectors: Vectors, labels: Sequence[int], temperature: float, reduction: str) -> float:
    """The printed formula, one number at a time."""
    unit = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in vectors]
    share = [[math.exp(sum(a * b for a, b in zip(u, v, strict=True)) / temperature) for v in unit] for u in unit]
    losses = []
    for i, mine in enumerate(labels):
        friends = [j for j, other in enumerate(labels) if j != i and other == mine]
        if friends:
            everyone = sum(share[i][k] for k in range(len(labels)) if k != i)
            losses.append(-sum(math.log(share[i][j] / everyone) for j in friends) / len(friends))
    return sum(losses) / (len(losses) if reduction == "mean" else 1)


def slopes(function: Callable[[Vectors], float], vectors: Vectors, width: float = 1e-6) -> list[list[float]]:
    """Central differences of a function of all coordinates."""
    result = [[0.0] * len(row) for row in vectors]
    for i, row in enumerate(vectors):
        for k, value in enumerate(row):
            row[k] = value + width
            above = function(vectors)
            row[k] = value - width
            below = function(vectors)
            row[k] = value
            result[i][k] = (above - below) / (2 * width)
    return result


def draw(n: int, width: int = 4, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, width)))


LABELS = [[0, 0, 1, 1], [0, 1, 0, 2, 1, 0, 3], [1, 1, 1], [0, 1, 0]]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("temperature", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("labels", LABELS)
def test_value_and_gradient_are_those_of_the_definition(labels: list[int], temperature: float, reduction: Any) -> None:
    z = draw(len(labels)).requires_grad_()
    value = supcon(z, torch.tensor(labels), temperature, reduction)
    value.backward()
    vectors = z.detach().tolist()
    assert value.item() == pytest.approx(oracle(vectors, labels, temperature, reduction), abs=1e-10)
    expected = torch.tensor(slopes(lambda v: oracle(v, labels, temperature, reduction), vectors), dtype=torch.float64)
    torch.testing.assert_close(z.grad, expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("labels", [[0, 0, 1, 1], [0, 1, 0, 1, 1, 0], [0, 0, 1, 1, 2]])
def test_it_agrees_with_pytorch_metric_learning(labels: list[int]) -> None:
    """That library normalises too, and averages over the anchors with a positive (the lone last one is left out): our `mean`."""
    z, y = draw(len(labels)), torch.tensor(labels)
    assert supcon(z, y, 0.3).item() == pytest.approx(SupConLoss(temperature=0.3)(z, y).item(), abs=1e-6)


def test_pytorch_metric_learning_drops_a_batch_of_one_class_where_the_formula_does_not() -> None:
    """Without negatives that library returns zero. The paper's formula still has a value, and so do we."""
    z, y = draw(3), torch.tensor([2, 2, 2])
    assert SupConLoss(temperature=0.3)(z, y).item() == 0
    assert supcon(z, y, 0.3).item() == pytest.approx(oracle(z.tolist(), [2, 2, 2], 0.3, "mean"))


def test_the_sum_is_the_mean_times_the_anchors_that_have_a_positive() -> None:
    z, y = draw(7), torch.tensor([0, 1, 0, 2, 1, 0, 3])  # 2 and 3 stand alone
    assert supcon(z, y, 0.3, "sum").item() == pytest.approx(5 * supcon(z, y, 0.3, "mean").item())


def test_an_anchor_without_a_positive_still_repels_the_others() -> None:
    z = draw(5)
    alone, without = supcon(z, torch.tensor([0, 0, 1, 1, 2]), 0.3), supcon(z[:4], torch.tensor([0, 0, 1, 1]), 0.3)
    assert alone.item() > without.item()


@pytest.mark.parametrize("labels", [[0, 1, 2], [4]])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_batch_without_any_positive_gives_a_zero_with_a_graph(labels: list[int], reduction: Any) -> None:
    z = draw(len(labels)).requires_grad_()
    value = supcon(z, torch.tensor(labels), 0.3, reduction)
    value.backward()
    assert value.item() == 0
    assert z.grad is not None
    assert not z.grad.any()


def test_a_batch_of_one_class_is_finite_and_still_pulls_together() -> None:
    z = draw(4).requires_grad_()
    value = supcon(z, torch.zeros(4, dtype=torch.long), 0.3)
    value.backward()
    assert math.isfinite(value.item())
    assert z.grad is not None
    assert z.grad.isfinite().all()
    assert z.grad.abs().sum() > 0


def test_equal_representations_and_a_small_temperature_stay_finite() -> None:
    z = torch.ones(6, 4).requires_grad_()
    value = supcon(z, torch.tensor([0, 0, 0, 1, 1, 1]), 0.01)
    value.backward()
    assert value.item() == pytest.approx(math.log(5), abs=1e-5)
    assert z.grad is not None
    assert z.grad.isfinite().all()


@settings(max_examples=30)
@given(labels=st.lists(st.integers(0, 3), min_size=2, max_size=9), seed=st.integers(0, 99), data=st.data())
def test_order_of_the_batch_names_of_classes_and_lengths_of_vectors_do_not_matter(labels: list[int], seed: int, data: Any) -> None:
    z, y = draw(len(labels), seed=seed), torch.tensor(labels)
    value = supcon(z, y, 0.3).item()
    order = data.draw(st.permutations(range(len(labels))))
    assert supcon(z[order], y[order], 0.3).item() == pytest.approx(value, abs=1e-9)
    assert supcon(z, 7 - y, 0.3).item() == pytest.approx(value, abs=1e-9)
    assert supcon(z * torch.arange(1, len(labels) + 1)[:, None], y, 0.3).item() == pytest.approx(value, abs=1e-9)
    assert value >= 0


def test_the_objective_counts_anchors_and_the_ones_it_skipped(make_step: Any) -> None:
    term = SupCon().terms(make_step([0, 0, 1]))["supcon"]
    assert (term.count, term.skipped) == (2, 1)
    assert term.value.dtype == torch.float32


def test_the_objective_moves_the_encoder_and_leaves_the_head_alone(make_step: Any, state: State) -> None:
    SupCon().terms(make_step([0, 0, 1, 1]))["supcon"].value.backward()
    moved = state.backbone.word_embeddings.grad
    assert moved is not None
    assert moved.abs().sum() > 0
    assert all(p.grad is None for p in state.modules["head"].parameters())


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"temperature": float("nan")}, {"reduction": "median"}])
def test_what_is_not_allowed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        SupCon(**wrong)
