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
from methods.losses.supcon import DetachedSupCon, MultiViewSupCon, PermutedSupCon, SupCon, supcon

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


def table(n: int, views: int) -> torch.Tensor:
    """Fixed vectors, float64 [n * views, 5], view after view."""
    return torch.tensor(
        [[math.sin(1 + 7 * i + 3 * v + 2 * k * k) for k in range(5)] for v in range(views) for i in range(n)], dtype=torch.float64
    )


# Numbers of the formula of HobbitLong/SupContrast, losses.py, on these vectors (two views, scaled to length 1), which multiplies by
# temperature / 0.07; and of hooman650/SupCL-Seq, src/SupCsTrainer.py, with four views, which does the same.
@pytest.mark.parametrize(
    ("views", "temperature", "published"), [(2, 0.3, 23.225141211605887), (2, 0.07, 20.87784001828212), (4, 0.05, 17.244741943219243)]
)
def test_over_several_views_it_is_the_published_code_without_its_factor(views: int, temperature: float, published: float) -> None:
    labels = torch.tensor([0, 1, 0, 2]).repeat(views)
    assert supcon(table(4, views), labels, temperature).item() == pytest.approx(published * 0.07 / temperature, rel=1e-7)


@pytest.mark.parametrize("rates", [(None,), (0.0, 0.05, 0.2)])
def test_further_views_double_the_labels_and_cost_a_pass_each(make_step: Any, rates: tuple[float | None, ...]) -> None:
    class Tally:
        forward = backward = 0

    objective, passes = MultiViewSupCon(0.3, rates=rates), Tally()
    step = make_step([0, 1, 1, 1], passes=passes)
    term = objective.terms(step)["supcon"]
    assert (term.count, term.skipped) == (4 * (1 + len(rates)), 0)  # a class with one example has a positive: its other view
    assert (passes.forward / 4, passes.backward / 4) == objective.cost()


def test_each_view_has_the_dropout_rate_that_is_asked_for(make_step: Any, state: State) -> None:
    """At rate 0 the view is the encoder's eval pass; the encoder's own rate is restored."""
    own = [m.p for m in state.backbone.modules() if isinstance(m, torch.nn.Dropout)]
    step = make_step([0, 1, 0, 1])
    plain, still, much = MultiViewSupCon(0.3, rates=(0.0, 0.9)).views(step).chunk(3)
    assert [m.p for m in state.backbone.modules() if isinstance(m, torch.nn.Dropout)] == own
    assert state.backbone.training
    torch.testing.assert_close(plain, step.encode())
    state.backbone.eval()
    torch.testing.assert_close(still, state.backbone(step.tokens()))
    assert (much - still).norm() > (plain - still).norm() > 0


def test_the_placebo_permutes_the_training_labels_once_and_keeps_every_classs_size(make_step: Any) -> None:
    labels = [0] * 9 + [1] * 7
    step = make_step(labels)
    first = PermutedSupCon().classes(step)
    assert torch.equal(PermutedSupCon().classes(step), first)
    assert sorted(first.tolist()) == labels
    assert first.tolist() != labels
    assert torch.equal(PermutedSupCon().classes(make_step(labels)), first)


def test_the_placebos_term_is_the_loss_of_the_permuted_labels(make_step: Any) -> None:
    step = make_step([0, 0, 0, 1, 1, 1, 1, 1])
    wrong = PermutedSupCon().classes(step).tolist()
    value = PermutedSupCon(0.3).terms(step)["supcon"].value
    assert value.item() == pytest.approx(oracle(step.encode().double().tolist(), wrong, 0.3, "mean"), rel=1e-5)


def test_the_detached_term_has_the_value_and_no_gradient(make_step: Any) -> None:
    step = make_step([0, 1, 0, 1])
    on, off = (objective.terms(step)["supcon"] for objective in (SupCon(), DetachedSupCon()))
    assert on.value.item() == off.value.item()
    assert on.value.requires_grad
    assert not off.value.requires_grad
