"""SetFit's pair loss against plain loops and against the loss that SetFit uses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss
from torch import Tensor, nn

from baselines.rivals.losses.pair_cosine import PairCosine, pair_cosine
from benchmark.contract.feed import Batch
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.data.examples import Examples, content_ids
from benchmark.streams import Streams

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


def test_the_term_is_that_of_both_sides_of_the_batch_and_its_targets(state: State) -> None:
    texts = {"left": ("a fine film", "a dull film", "warm"), "right": ("so grim", "a dull day", "lovely and bright")}
    targets = [0.0, 1.0, 1.0]
    views = {side: Examples(content_ids(lines), lines) for side, lines in texts.items()}
    step = Step(0, state, Batch(views, targets=np.array(targets, dtype=np.float32)), PhaseScope(Streams(0, 0).at("pairs"), n_classes=2))
    (term,) = (terms := PairCosine().terms(step)).values()
    left, right = (step.encode(side).double().tolist() for side in ("left", "right"))
    assert term.value.item() == pytest.approx(oracle(left, right, targets), rel=1e-5)
    assert (list(terms), term.weight, term.count) == (["pair_cosine"], 1.0, 3)


def test_two_texts_a_pair_are_two_passes() -> None:
    assert PairCosine().cost() == (2.0, 2.0)
