"""Generalized cross-entropy against its formula, its two limits, and its bound."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from baselines.rivals.losses.generalized_cross_entropy import GeneralizedCrossEntropy, generalized_cross_entropy
from benchmark.errors import UserError

LABELS = [0, 2, 1, 1, 0]


def draw(n: int = 5, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2


def oracle(rows: list[list[float]], labels: list[int], q: float) -> float:
    total = 0.0
    for row, label in zip(rows, labels, strict=True):
        p = math.exp(row[label]) / sum(math.exp(x) for x in row)
        total += (1 - p**q) / q
    return total / len(labels)


@pytest.mark.parametrize("q", [0.1, 0.7, 1.0])
@pytest.mark.parametrize("labels", [LABELS, [1] * 5])
def test_value_and_gradient_are_those_of_the_definition(q: float, labels: list[int], slopes: Any) -> None:
    logits = draw().requires_grad_()
    value = generalized_cross_entropy(logits, torch.tensor(labels), q)
    value.backward()
    assert value.item() == pytest.approx(oracle(logits.tolist(), labels, q), abs=1e-12)
    torch.testing.assert_close(logits.grad, slopes(lambda rows: oracle(rows, labels, q), logits.detach()), atol=1e-7, rtol=1e-6)


def test_its_limits_are_cross_entropy_and_absolute_error() -> None:
    logits, labels = draw(), torch.tensor(LABELS)
    assert generalized_cross_entropy(logits, labels, 1e-6).item() == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-5)
    absolute = (torch.softmax(logits, 1) - F.one_hot(labels, 3)).abs().sum(1).mean() / 2
    assert generalized_cross_entropy(logits, labels, 1.0).item() == pytest.approx(absolute.item())


@given(q=st.floats(0.01, 1.0), seed=st.integers(0, 50), scale=st.sampled_from([0.0, 1.0, 1e4]))
def test_it_lies_between_zero_and_its_bound_with_a_finite_gradient(q: float, seed: int, scale: float) -> None:
    logits = (draw(seed=seed) * scale).requires_grad_()
    value = generalized_cross_entropy(logits, torch.tensor(LABELS), q)
    value.backward()
    assert 0 <= value.item() <= 1 / q
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_a_label_that_the_model_rejects_pulls_less_than_under_cross_entropy() -> None:
    """The gradient is that of cross-entropy times p_y^q."""
    logits = torch.tensor([[4.0, -4.0, 0.0]], dtype=torch.float64, requires_grad=True)
    label = torch.tensor([1])
    (ours,) = torch.autograd.grad(generalized_cross_entropy(logits, label, 0.7), logits)
    (plain,) = torch.autograd.grad(F.cross_entropy(logits, label), logits)
    torch.testing.assert_close(ours, plain * torch.softmax(logits.detach(), 1)[0, 1] ** 0.7)


@pytest.mark.parametrize("q", [0.2, 0.7])
def test_the_term_is_that_of_the_batch_with_the_given_q(make_step: Any, q: float) -> None:
    term = GeneralizedCrossEntropy(q).terms(make_step(LABELS))["gce"]
    step = make_step(LABELS)  # again from the start, so that its dropout masks are the same
    logits = step.logits(step.encode()).double().tolist()
    assert term.value.item() == pytest.approx(oracle(logits, LABELS, q), rel=1e-5)
    assert (term.weight, term.count) == (1.0, 5)


@pytest.mark.parametrize("labels", [[1, 1], [0]])
def test_degenerate_batches_are_finite(make_step: Any, labels: list[int]) -> None:
    term = GeneralizedCrossEntropy().terms(make_step(labels))["gce"]
    assert term.value.isfinite()
    assert term.count == len(labels)


@pytest.mark.parametrize("q", [0.0, -1.0, 1.1, float("nan")])
def test_what_is_not_allowed_is_refused(q: float) -> None:
    with pytest.raises(UserError):
        GeneralizedCrossEntropy(q)
