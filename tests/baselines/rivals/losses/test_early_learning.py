"""Early-learning regularisation against plain loops over several steps, with a memory by training row."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from baselines.rivals.losses.early_learning import EDGE, EarlyLearning, disagreement, running_mean
from benchmark.contract.state import State
from benchmark.errors import UserError

Rows = list[list[float]]


def draw(n: int = 4, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2


def shares(row: list[float]) -> list[float]:
    total = sum(math.exp(x) for x in row)
    return [min(max(math.exp(x) / total, 1e-4), 1 - 1e-4) for x in row]


def oracle(means: Rows, rows: Rows) -> float:
    agreements = [sum(t * p for t, p in zip(mean, shares(row), strict=True)) for mean, row in zip(means, rows, strict=True)]
    return sum(math.log(1 - agreement) for agreement in agreements) / len(rows)


def test_value_and_gradient_are_those_of_the_definition(slopes: Any) -> None:
    means = torch.softmax(draw(seed=5), 1) * 0.8
    scores = draw(seed=6).requires_grad_()
    value = disagreement(means, torch.softmax(scores, 1).clamp(EDGE, 1 - EDGE))
    value.backward()
    assert value.item() == pytest.approx(oracle(means.tolist(), scores.tolist()), abs=1e-12)
    torch.testing.assert_close(scores.grad, slopes(lambda rows: oracle(means.tolist(), rows), scores.detach()), atol=1e-7, rtol=1e-6)


def test_the_running_mean_over_steps_is_that_of_plain_loops() -> None:
    means, expected = torch.zeros(4, 3, dtype=torch.float64), [[0.0] * 3 for _ in range(4)]
    for seed in range(5):
        scores = draw(seed=seed)
        means = running_mean(means, torch.softmax(scores, 1).clamp(EDGE, 1 - EDGE), 0.7)
        for row, given in zip(expected, scores.tolist(), strict=True):
            p = shares(given)
            row[:] = [0.7 * t + 0.3 * x / sum(p) for t, x in zip(row, p, strict=True)]
    torch.testing.assert_close(means, torch.tensor(expected, dtype=torch.float64))


def test_certain_predictions_that_agree_are_finite() -> None:
    scores = torch.tensor([[1e4, 0.0, 0.0]], requires_grad=True)
    predicted = torch.softmax(scores, 1).clamp(EDGE, 1 - EDGE)
    value = disagreement(torch.tensor([[1.0, 0.0, 0.0]]), predicted)
    value.backward()
    assert value.item() == pytest.approx(math.log(1e-4), rel=1e-3)
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_the_memory_holds_one_mean_per_training_row_from_step_to_step(make_step: Any) -> None:
    objective = EarlyLearning(0.7, 3.0)
    predicted = []
    for index in range(3):
        step = make_step([0, 1, 2], index=index)
        terms = objective.terms(step)
        predicted.append(torch.softmax(make_step([0, 1, 2], index=index).logits(make_step([0, 1, 2], index=index).encode()), 1).detach())
    kept = make_step([0, 1, 2]).memory("early-learning", lambda: None)
    assert kept.shape == (3, 3)
    torch.testing.assert_close(kept, 0.3 * (0.49 * predicted[0] + 0.7 * predicted[1] + predicted[2]), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(terms["early_learning"].value, disagreement(kept, predicted[2]))
    torch.testing.assert_close(kept.sum(1), torch.full((3,), 1 - 0.7**3), atol=1e-5, rtol=1e-5)
    assert not kept.requires_grad


def test_the_memory_follows_each_row_through_batches_in_any_order(make_step: Any) -> None:
    """Rows 2 and 0, then 1 and 2, with a momentum of one's own: a plain loop over rows."""
    means: Rows = [[0.0] * 3 for _ in range(3)]
    for index, rows in enumerate([[2, 0], [1, 2]]):
        terms = EarlyLearning(momentum=0.4, weight=1.5).terms(make_step([0, 1, 2], index=index, rows=rows))
        step = make_step([0, 1, 2], index=index, rows=rows)  # again from the start, so that its dropout masks are the same
        scores = step.logits(step.encode()).double().tolist()
        for row, given in zip(rows, scores, strict=True):
            p = shares(given)
            means[row] = [0.4 * t + 0.6 * x / sum(p) for t, x in zip(means[row], p, strict=True)]
        assert terms["early_learning"].value.item() == pytest.approx(oracle([means[row] for row in rows], scores), rel=1e-4)
        assert terms["early_learning"].weight == 1.5
    kept = make_step([0, 1, 2]).memory("early-learning", lambda: None)
    torch.testing.assert_close(kept, torch.tensor(means), atol=1e-6, rtol=1e-5)


def test_terms_are_cross_entropy_and_the_weighted_regulariser(make_step: Any) -> None:
    terms = EarlyLearning(0.7, 3.0).terms(make_step([0, 1, 2]))
    step = make_step([0, 1, 2])
    torch.testing.assert_close(terms["ce"].value, F.cross_entropy(step.logits(step.encode()), step.labels))
    assert {name: (term.weight, term.count) for name, term in terms.items()} == {"ce": (1.0, 3), "early_learning": (3.0, 3)}


def test_the_regulariser_pulls_a_prediction_towards_its_mean_whatever_the_label() -> None:
    scores = torch.zeros(1, 3, requires_grad=True)
    disagreement(torch.tensor([[0.1, 0.8, 0.1]]), torch.softmax(scores, 1)).backward()
    assert scores.grad is not None
    assert scores.grad[0, 1] < 0 < scores.grad[0, 0]


@pytest.mark.parametrize("labels", [[1, 1], [0]])
def test_degenerate_batches_are_finite(make_step: Any, state: State, labels: list[int]) -> None:
    terms = EarlyLearning().terms(make_step(labels))
    torch.stack([term.value for term in terms.values()]).sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in state.backbone.parameters())


@pytest.mark.parametrize("wrong", [{"momentum": 1.0}, {"momentum": -0.1}, {"weight": -1.0}])
def test_what_is_not_allowed_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError):
        EarlyLearning(**wrong)
