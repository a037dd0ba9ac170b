"""The loss of unsupervised SimCSE against its own definition, the published code's numbers, and its edge cases."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from benchmark.errors import UserError
from methods.losses.simcse import SimCSE, simcse


def views(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Fixed vectors, float64 [n, 5] each."""
    numbers = [[[math.sin(1 + 7 * i + 3 * v + 2 * k * k) for k in range(5)] for i in range(n)] for v in range(2)]
    first, second = torch.tensor(numbers, dtype=torch.float64)
    return first, second


def oracle(first: list[list[float]], second: list[list[float]], temperature: float) -> float:
    """One text at a time: its own second view among all second views."""

    def cosine(a: list[float], b: list[float]) -> float:
        dot = sum(x * y for x, y in zip(a, b, strict=True))
        return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))

    total = 0.0
    for i, mine in enumerate(first):
        shares = [math.exp(cosine(mine, other) / temperature) for other in second]
        total -= math.log(shares[i] / sum(shares))
    return total / len(first)


@pytest.mark.parametrize(("temperature", "published"), [(0.05, 22.261720668524642), (0.5, 2.735382854640818)])
def test_it_gives_the_numbers_of_the_authors_formula(temperature: float, published: float) -> None:
    """princeton-nlp/SimCSE, simcse/models.py: cosine over temperature, cross-entropy against the diagonal."""
    assert simcse(*views(4), temperature).item() == pytest.approx(published, rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_value_and_gradient_are_those_of_the_definition(n: int, temperature: float) -> None:
    first, second = views(n)
    first.requires_grad_()
    value = simcse(first, second, temperature)
    value.backward()
    left, right = first.detach().tolist(), second.tolist()
    assert value.item() == pytest.approx(oracle(left, right, temperature), abs=1e-10)
    assert torch.autograd.gradcheck(lambda a, b: simcse(a, b, temperature), (first, second.requires_grad_()))


def test_one_text_has_no_negative_and_gives_a_zero_with_a_graph() -> None:
    first, second = (view.requires_grad_() for view in views(1))
    value = simcse(first, second, 0.05)
    value.backward()
    assert value.item() == 0.0
    assert first.grad is not None
    assert not first.grad.any()


def test_equal_texts_and_vectors_of_length_zero_stay_finite() -> None:
    for z in (torch.ones(3, 4), torch.zeros(3, 4)):
        z = z.clone().requires_grad_()
        value = simcse(z, z, 0.05)
        value.backward()
        assert value.item() == pytest.approx(math.log(3))
        assert z.grad is not None
        assert z.grad.isfinite().all()


def test_its_two_views_differ_in_dropout_masks_and_cost_two_passes(make_step: Any, state: Any) -> None:
    class Tally:
        forward = backward = 0

    objective, passes = SimCSE(), Tally()
    term = objective.terms(make_step([0, 1, 0, 1], objective, passes=passes))["simcse"]
    assert (passes.forward / 4, passes.backward / 4) == objective.cost() == (2.0, 2.0)
    assert term.count == 4
    term.value.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in state.modules["simcse_head"].parameters())
    state.backbone.eval()  # without dropout the two views are one
    step = make_step([0, 1, 0, 1])
    alone = step.apply("simcse_head", step.encode())
    torch.testing.assert_close(objective.terms(step)["simcse"].value, simcse(alone, alone, 0.05))
    assert objective.terms(step)["simcse"].value != term.value


def test_labels_do_not_matter(make_step: Any) -> None:
    objective = SimCSE()
    step = make_step([0, 1, 0, 1], objective)
    value = objective.terms(step)["simcse"].value
    step = make_step([0, 1, 0, 1])
    step.labels = None
    assert objective.terms(step)["simcse"].value == value


def test_a_temperature_of_zero_is_refused() -> None:
    with pytest.raises(UserError):
        SimCSE(0.0)
