"""Reverse cross-entropy against its formula."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from baselines.rivals.losses.symmetric_cross_entropy import LOG_ZERO, ReverseCrossEntropy, reverse_cross_entropy
from benchmark.errors import UserError

LABELS = [0, 2, 1, 1, 0]


def draw() -> torch.Tensor:
    return torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 2


def oracle(rows: list[list[float]], labels: list[int], log_zero: float = math.log(1e-4)) -> float:
    """-sum_k p_k log q_k, with the logarithm of the one-hot label's zeros replaced."""
    total = 0.0
    for row, label in zip(rows, labels, strict=True):
        mass = [math.exp(x) for x in row]
        total -= sum(m / sum(mass) * (0.0 if k == label else log_zero) for k, m in enumerate(mass))
    return total / len(labels)


@pytest.mark.parametrize("labels", [LABELS, [2] * 5])
def test_value_and_gradient_are_those_of_the_definition(labels: list[int], slopes: Any) -> None:
    logits = draw().requires_grad_()
    value = reverse_cross_entropy(logits, torch.tensor(labels))
    value.backward()
    assert value.item() == pytest.approx(oracle(logits.tolist(), labels), abs=1e-12)
    torch.testing.assert_close(logits.grad, slopes(lambda rows: oracle(rows, labels), logits.detach()), atol=1e-7, rtol=1e-6)


def test_it_is_the_absolute_error_times_half_of_minus_a() -> None:
    """|p - one-hot| sums to 2 (1 - p_y): the term alone is the robust loss that learns slowly."""
    logits, labels = draw(), torch.tensor(LABELS)
    absolute = (torch.softmax(logits, 1) - torch.nn.functional.one_hot(labels, 3)).abs().sum(1).mean()
    assert reverse_cross_entropy(logits, labels).item() == pytest.approx(-LOG_ZERO / 2 * absolute.item())


def test_log_zero_is_the_logarithm_of_1e_4() -> None:
    assert pytest.approx(math.log(1e-4)) == LOG_ZERO


def test_certain_predictions_are_finite() -> None:
    logits = torch.tensor([[1e4, -1e4], [-1e4, 1e4]], requires_grad=True)
    value = reverse_cross_entropy(logits, torch.tensor([0, 0]))
    value.backward()
    assert value.item() == pytest.approx(-LOG_ZERO / 2)
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("log_zero", [-2.0, LOG_ZERO])
def test_the_term_is_that_of_the_batch_with_the_given_logarithm_of_zero(make_step: Any, log_zero: float) -> None:
    term = ReverseCrossEntropy(log_zero).terms(make_step(LABELS))["rce"]
    step = make_step(LABELS)  # again from the start, so that its dropout masks are the same
    logits = step.logits(step.encode()).double().tolist()
    assert term.value.item() == pytest.approx(oracle(logits, LABELS, log_zero), rel=1e-5)
    assert (term.weight, term.count) == (1.0, 5)


@pytest.mark.parametrize("labels", [[1, 1], [0]])
def test_degenerate_batches_are_finite(make_step: Any, labels: list[int]) -> None:
    term = ReverseCrossEntropy().terms(make_step(labels))["rce"]
    assert term.value.isfinite()
    assert term.count == len(labels)


def test_a_logarithm_of_zero_that_is_not_negative_is_refused() -> None:
    with pytest.raises(UserError):
        ReverseCrossEntropy(0.0)
