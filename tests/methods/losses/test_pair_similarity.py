"""Pair similarity against nested loops and against sentence-transformers' cosine-similarity loss."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmark.contract.feed import Batch
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.data.examples import Examples, content_ids
from benchmark.streams import Streams
from methods.losses.pair_similarity import PairSimilarity, pair_similarity


def draw(seed: int, pairs: int = 7, hidden: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    left, right = (torch.randn(pairs, hidden, generator=generator) for _ in range(2))
    return left, right, torch.randint(0, 2, (pairs,), generator=generator).float()


def brute_force(left: Tensor, right: Tensor, targets: Tensor) -> float:
    total = 0.0
    for a, b, target in zip(left.double().tolist(), right.double().tolist(), targets.tolist(), strict=True):
        dot = sum(x * y for x, y in zip(a, b, strict=True))
        norms = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
        total += (dot / norms - target) ** 2
    return total / len(targets)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_mean_squared_distance_of_cosine_and_target(seed: int) -> None:
    left, right, targets = draw(seed)
    assert pair_similarity(left, right, targets).item() == pytest.approx(brute_force(left, right, targets), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_sentence_transformers(seed: int) -> None:
    losses = pytest.importorskip("sentence_transformers.losses")
    left, right, targets = draw(seed)
    theirs = losses.CosineSimilarityLoss(_Fixed())
    value = theirs([{"sentence_embedding": left}, {"sentence_embedding": right}], targets)
    assert pair_similarity(left, right, targets).item() == pytest.approx(value.item(), abs=1e-6)


class _Fixed(nn.Module):
    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        return features


def test_identical_texts_of_one_class_and_orthogonal_ones_of_two_cost_nothing() -> None:
    left = torch.tensor([[3.0, 0.0], [2.0, 0.0]])
    right = torch.tensor([[1.0, 0.0], [0.0, 5.0]])
    assert pair_similarity(left, right, torch.tensor([1.0, 0.0])).item() == pytest.approx(0.0, abs=1e-12)


def test_both_sides_get_a_gradient() -> None:
    left, right, targets = draw(0)
    left.requires_grad_()
    right.requires_grad_()
    pair_similarity(left, right, targets).backward()
    assert left.grad is not None
    assert right.grad is not None
    assert bool((left.grad.abs().sum(1) > 0).all())
    assert bool((right.grad.abs().sum(1) > 0).all())


def test_the_term_is_that_of_both_sides_of_the_batch_and_its_targets(state: State) -> None:
    texts = {"left": ("a fine film", "a dull film", "warm"), "right": ("so grim", "a dull day", "lovely and bright")}
    targets = np.array([1.0, 0.0, 1.0], dtype=np.float32)
    batch = Batch({side: Examples(content_ids(lines), lines) for side, lines in texts.items()}, targets=targets)
    step = Step(0, state, batch, PhaseScope(Streams(0, 0).at("contrast"), n_classes=2))
    (term,) = (terms := PairSimilarity().terms(step)).values()
    assert term.value.item() == pytest.approx(brute_force(step.encode("left"), step.encode("right"), torch.tensor(targets)), rel=1e-5)
    assert (list(terms), term.weight, term.count) == (["pair_similarity"], 1.0, 3)


def test_a_pair_costs_two_passes() -> None:
    assert PairSimilarity().cost() == (2.0, 2.0)
