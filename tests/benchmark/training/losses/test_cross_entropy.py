"""Cross-entropy and its variants against their own definitions and torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark.errors import UserError
from benchmark.training.losses.cross_entropy import CrossEntropy, balanced_weights, cross_entropy, log_priors

LABELS = [0, 2, 1, 0, 0]
COUNTS = [6.0, 1.0, 3.0]


def draw() -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(5, 3)))


@dataclass
class FakeStep:
    """A step whose head returns given logits."""

    scores: Tensor
    labels: Tensor = field(default_factory=lambda: torch.tensor(LABELS))
    class_counts: Tensor = field(default_factory=lambda: torch.tensor(COUNTS))
    weights: Tensor | None = None

    def encode(self) -> None:
        return None

    def logits(self, representation: None) -> Tensor:
        return self.scores


def value_of(objective: CrossEntropy, scores: Tensor) -> float:
    step: Any = FakeStep(scores)
    return objective.terms(step)["ce"].value.item()


def oracle(
    logits: list[list[float]], smoothing: float = 0.0, weights: list[float] | None = None, shift: list[float] | None = None
) -> float:
    """-sum_k q_k w_k log p_k, averaged over the rows, one number at a time; q: one-hot mixed with uniform."""
    total = 0.0
    for row, label in zip(logits, LABELS, strict=True):
        moved = [x + (shift[k] if shift else 0.0) for k, x in enumerate(row)]
        norm = sum(math.exp(x) for x in moved)
        for k, x in enumerate(moved):
            target = (1 - smoothing) * (k == label) + smoothing / len(row)
            total -= target * (weights[k] if weights else 1.0) * math.log(math.exp(x) / norm)
    return total / len(LABELS)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_smoothing_is_that_of_the_definition_and_of_torch(smoothing: float) -> None:
    logits = draw()
    expected = F.cross_entropy(logits, torch.tensor(LABELS), label_smoothing=smoothing).item()
    assert value_of(CrossEntropy(smoothing=smoothing), logits) == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(oracle(logits.tolist(), smoothing), abs=1e-9)


def test_class_weights_are_inverse_shares_and_average_to_one_over_the_training_set() -> None:
    weights = balanced_weights(torch.tensor(COUNTS))
    torch.testing.assert_close(weights, torch.tensor([10 / 18, 10 / 3, 10 / 9]))
    assert (weights * torch.tensor(COUNTS)).sum() / 10 == pytest.approx(1)


def test_the_weighted_loss_is_that_of_the_definition() -> None:
    logits = draw()
    weights = balanced_weights(torch.tensor(COUNTS)).tolist()
    assert value_of(CrossEntropy(balanced=True), logits) == pytest.approx(oracle(logits.tolist(), weights=weights), abs=1e-6)
    both = oracle(logits.tolist(), 0.1, weights)
    assert value_of(CrossEntropy(balanced=True, smoothing=0.1), logits) == pytest.approx(both, abs=1e-6)


def test_a_batch_of_one_class_keeps_its_class_weight() -> None:
    """Divided by the sum of its weights, as torch's own mean is, the weight would cancel."""
    logits, labels = draw(), torch.ones(5, dtype=torch.long)
    weights = torch.tensor([0.5, 3.0, 1.0])
    assert cross_entropy(logits, labels, weights=weights).item() == pytest.approx(3 * cross_entropy(logits, labels).item(), rel=1e-6)


@pytest.mark.parametrize("tau", [0.5, 1.0])
def test_the_adjusted_loss_adds_tau_log_shares_to_the_logits(tau: float) -> None:
    logits = draw()
    shift = [tau * math.log(n / 10) for n in COUNTS]
    assert value_of(CrossEntropy(adjustment=tau), logits) == pytest.approx(oracle(logits.tolist(), shift=shift), abs=1e-6)


def test_on_equal_classes_weights_and_adjustment_change_nothing() -> None:
    step: Any = FakeStep(draw(), class_counts=torch.tensor([4.0, 4.0, 4.0]))
    plain = CrossEntropy().terms(step)["ce"].value.item()
    assert CrossEntropy(balanced=True).terms(step)["ce"].value.item() == pytest.approx(plain)
    assert CrossEntropy(adjustment=1.0).terms(step)["ce"].value.item() == pytest.approx(plain)


def test_a_class_without_training_examples_stays_finite() -> None:
    counts = torch.tensor([4.0, 0.0])
    assert balanced_weights(counts).isfinite().all()
    assert log_priors(counts).isfinite().all()


def test_the_term_counts_the_batch() -> None:
    step: Any = FakeStep(draw())
    term = CrossEntropy().terms(step)["ce"]
    assert (term.weight, term.count, term.skipped) == (1.0, 5, 0)
    assert term.value.dtype == torch.float32


@pytest.mark.parametrize("wrong", [{"smoothing": 1.0}, {"smoothing": -0.1}, {"adjustment": -1.0}, {"adjustment": float("nan")}])
def test_what_is_not_allowed_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError):
        CrossEntropy(**wrong)
