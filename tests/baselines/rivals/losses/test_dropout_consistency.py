"""R-Drop's divergence against plain loops and torch's KL, and the objective over two dropout passes."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from baselines.rivals.losses.dropout_consistency import DropoutConsistency, symmetric_divergence
from benchmark.contract.state import State
from benchmark.errors import UserError

Rows = list[list[float]]


def draw(n: int, classes: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, classes, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2


def shares(row: list[float]) -> list[float]:
    total = sum(math.exp(x) for x in row)
    return [math.exp(x) / total for x in row]


def oracle(first: Rows, second: Rows) -> float:
    """The mean over examples of half the sum of both Kullback-Leibler divergences."""
    total = 0.0
    for a, b in zip(first, second, strict=True):
        p, q = shares(a), shares(b)
        total += sum(x * math.log(x / y) for x, y in zip(p, q, strict=True)) / 2
        total += sum(y * math.log(y / x) for x, y in zip(p, q, strict=True)) / 2
    return total / len(first)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_value_and_both_gradients_are_those_of_the_definition(n: int, slopes: Any) -> None:
    first, second = draw(n, seed=1).requires_grad_(), draw(n, seed=2).requires_grad_()
    value = symmetric_divergence(first, second)
    value.backward()
    a, b = first.detach(), second.detach()
    assert value.item() == pytest.approx(oracle(a.tolist(), b.tolist()), abs=1e-12)
    torch.testing.assert_close(first.grad, slopes(lambda rows: oracle(rows, b.tolist()), a), atol=1e-7, rtol=1e-6)
    torch.testing.assert_close(second.grad, slopes(lambda rows: oracle(a.tolist(), rows), b), atol=1e-7, rtol=1e-6)


def test_it_agrees_with_torch() -> None:
    logs = [torch.log_softmax(draw(5, seed=seed), 1) for seed in (1, 2)]
    both = [F.kl_div(logs[i], logs[1 - i], log_target=True, reduction="batchmean") for i in (0, 1)]
    assert symmetric_divergence(draw(5, seed=1), draw(5, seed=2)).item() == pytest.approx((both[0] + both[1]).item() / 2, abs=1e-12)


@given(n=st.integers(1, 6), seed=st.integers(0, 50), scale=st.sampled_from([0.0, 1.0, 500.0]))
def test_it_is_symmetric_finite_not_negative_and_zero_for_equal_predictions(n: int, seed: int, scale: float) -> None:
    first, second = draw(n, seed=seed) * scale, draw(n, seed=seed + 100) * scale
    value = symmetric_divergence(first, second).item()
    assert math.isfinite(value)
    assert value >= 0
    assert symmetric_divergence(second, first).item() == pytest.approx(value)
    assert symmetric_divergence(first, first + 3.0).item() == pytest.approx(0, abs=1e-12)


def test_its_weight_does_not_depend_on_the_batch() -> None:
    """One of the authors' two files sums the divergence while it averages cross-entropy: alpha then grows with the batch."""
    first, second = draw(4, seed=1), draw(4, seed=2)
    assert symmetric_divergence(first.repeat(3, 1), second.repeat(3, 1)).item() == pytest.approx(symmetric_divergence(first, second).item())


def test_the_two_passes_draw_independent_masks(make_step: Any) -> None:
    terms = DropoutConsistency(0.5).terms(make_step([0, 1, 2]))
    assert terms["consistency"].value > 0
    assert (terms["consistency"].weight, terms["consistency"].count) == (0.5, 3)
    fixed = DropoutConsistency().terms(make_step([0, 1, 2], fixed_masks=True))
    assert fixed["consistency"].value.item() == pytest.approx(0, abs=1e-9)


def test_cross_entropy_is_the_mean_of_both_passes(make_step: Any) -> None:
    ce = DropoutConsistency().terms(make_step([0, 1, 2]))["ce"].value.item()
    step = make_step([0, 1, 2])
    passes = [F.cross_entropy(step.logits(pooled), step.labels).item() for pooled in (step.encode(), step.encode(fresh=True))]
    assert passes[0] != passes[1]
    assert ce == pytest.approx(sum(passes) / 2)


@pytest.mark.parametrize("labels", [[1, 1, 1], [0]])
def test_a_batch_of_one_class_or_of_one_text_is_safe(make_step: Any, state: State, labels: list[int]) -> None:
    terms = DropoutConsistency().terms(make_step(labels))
    (terms["ce"].value + terms["consistency"].value).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in state.backbone.parameters())


def test_the_divergence_moves_encoder_and_head(make_step: Any, state: State) -> None:
    DropoutConsistency().terms(make_step([0, 1, 2]))["consistency"].value.backward()
    assert state.backbone.word_embeddings.grad is not None
    assert state.backbone.word_embeddings.grad.any()
    assert all(p.grad is not None for p in state.modules["head"].parameters())


@pytest.mark.parametrize("alpha", [-0.1, float("nan")])
def test_a_negative_weight_is_refused(alpha: float) -> None:
    with pytest.raises(UserError):
        DropoutConsistency(alpha)
