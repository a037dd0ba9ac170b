"""SetFit's pair loss against plain loops and against the loss that SetFit uses."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss
from torch import Tensor, nn

from baselines.rivals.losses.pair_cosine import PairCosine, pair_cosine

TARGETS = [1.0, 0.0, 1.0, 0.0]


def draw(seed: int, pairs: int = 4) -> Tensor:
    return torch.randn(pairs, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def oracle(left: list[list[float]], right: list[list[float]], targets: list[float]) -> float:
    total = 0.0
    for a, b, target in zip(left, right, targets, strict=True):
        dot = sum(x * y for x, y in zip(a, b, strict=True))
        total += (dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b)) - target) ** 2
    return total / len(targets)


def test_value_and_gradient_are_those_of_the_definition(slopes: Any) -> None:
    left, right = draw(1).requires_grad_(), draw(2)
    value = pair_cosine(left, right, torch.tensor(TARGETS))
    value.backward()
    assert value.item() == pytest.approx(oracle(left.tolist(), right.tolist(), TARGETS), abs=1e-12)
    expected = slopes(lambda rows: oracle(rows, right.tolist(), TARGETS), left.detach())
    torch.testing.assert_close(left.grad, expected, atol=1e-7, rtol=1e-6)


def test_it_agrees_with_sentence_transformers() -> None:
    class Fixed(nn.Module):
        def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
            return features

    left, right, targets = draw(1), draw(2), torch.tensor(TARGETS, dtype=torch.float64)
    theirs = CosineSimilarityLoss(Fixed())([{"sentence_embedding": left}, {"sentence_embedding": right}], targets)
    assert pair_cosine(left, right, targets).item() == pytest.approx(theirs.item(), abs=1e-9)


def test_vectors_of_zero_length_stay_finite() -> None:
    left = torch.zeros(2, 3, requires_grad=True)
    pair_cosine(left, torch.ones(2, 3), torch.tensor([1.0, 0.0])).backward()
    assert left.grad is not None
    assert left.grad.isfinite().all()


def test_two_texts_a_pair_are_two_passes() -> None:
    assert PairCosine().cost() == (2.0, 2.0)
