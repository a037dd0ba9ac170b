"""Contrastive adversarial training: the attack ascends, restores nothing because it writes nothing, and every term teaches."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from benchmark.contract.state import State
from benchmark.errors import UserError
from benchmark.records.alarms import INERT_ATTACK
from methods.losses.adversarial import ContrastiveAdversarial, perturbation, random_step
from methods.losses.infonce import infonce

LABELS = [0, 1, 0, 1, 1, 0]
STEPS = {"l2": 0.05, "sign": 0.002}  # embeddings of the tiny encoder have standard deviation 0.02


@pytest.fixture(params=["l2", "sign"])
def objective(request: pytest.FixtureRequest) -> ContrastiveAdversarial:
    return ContrastiveAdversarial(0.3, 0.07, request.param, STEPS[request.param])


def test_an_l2_step_has_length_epsilon_over_the_whole_matrix() -> None:
    gradient = torch.tensor([[3.0, 0.0], [0.0, 0.0], [0.0, -4.0]])
    torch.testing.assert_close(perturbation(gradient, "l2", 0.5), torch.tensor([[0.3, 0.0], [0.0, 0.0], [0.0, -0.4]]))


def test_a_sign_step_has_size_epsilon_in_each_coordinate_that_has_a_slope() -> None:
    gradient = torch.tensor([[3.0, 0.0], [0.0, 0.0], [1e-9, -4.0]])
    torch.testing.assert_close(perturbation(gradient, "sign", 0.5), torch.tensor([[0.5, 0.0], [0.0, 0.0], [0.5, -0.5]]))


@pytest.mark.parametrize("size", [1e-40, 1e-30, 1e-20, 1.0, 1e20, 1e38])
def test_an_l2_step_has_its_length_at_every_size_of_the_gradient(size: float) -> None:
    """The square of an entry of 1e-30 is zero in float32: a norm taken before scaling would give a step of 1e8 epsilon, or none."""
    gradient = torch.tensor([[3.0, -1.0], [0.0, 2.0]], dtype=torch.float64)
    expected = 0.5 * gradient / math.sqrt(14)
    step = perturbation((gradient * size).float(), "l2", 0.5)
    torch.testing.assert_close(step.double(), expected, rtol=1e-3, atol=0.0)  # 1e-40 is subnormal: it has few digits


@given(values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=12), epsilon=st.floats(0, 10))
def test_an_l2_step_is_the_gradient_scaled_to_epsilon(values: list[float], epsilon: float) -> None:
    """The plain formula in float64, entry by entry."""
    length = math.sqrt(sum(v * v for v in values))
    expected = [epsilon * v / length if length else 0.0 for v in values]
    step = perturbation(torch.tensor([values], dtype=torch.float64), "l2", epsilon)
    torch.testing.assert_close(step, torch.tensor([expected], dtype=torch.float64), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("norm", ["l2", "sign"])
def test_a_random_step_has_the_attacks_length_on_the_attacked_rows_alone(norm: Any) -> None:
    gradient = torch.tensor([[3.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, -4.0, 2.0]])
    attack = perturbation(gradient, norm, 0.5)
    step = random_step(attack, torch.Generator().manual_seed(1))
    assert step.norm().item() == pytest.approx(attack.norm().item(), rel=1e-6)
    assert not step[1].any()
    assert step[[0, 2]].all()
    assert torch.equal(step, random_step(attack, torch.Generator().manual_seed(1)))
    assert not torch.equal(step, random_step(attack, torch.Generator().manual_seed(2)))


def test_a_random_step_is_as_likely_to_each_side() -> None:
    """Over many draws its cosine with the attack has mean 0 and mean square 1 / (moved coordinates)."""
    attack = perturbation(torch.arange(1.0, 13.0).view(3, 4), "l2", 1.0)
    generator = torch.Generator().manual_seed(0)
    cosines = torch.stack([(random_step(attack, generator) * attack).sum() for _ in range(4000)])
    assert cosines.mean().abs() < 0.02
    assert cosines.square().mean().item() == pytest.approx(1 / 12, rel=0.1)


def test_a_random_step_for_an_attack_of_size_zero_is_none() -> None:
    assert not random_step(torch.zeros(3, 2), torch.Generator()).any()


@pytest.mark.parametrize("norm", ["l2", "sign"])
def test_a_size_of_zero_gives_no_step(norm: Any) -> None:
    assert not perturbation(torch.tensor([[3.0, -1.0]]), norm, 0.0).any()


@pytest.mark.parametrize("norm", ["l2", "sign"])
def test_without_a_slope_there_is_no_step(norm: Any) -> None:
    assert not perturbation(torch.zeros(3, 2), norm, 0.5).any()


def test_the_attack_raises_the_loss_by_what_the_slope_says(make_step: Any, objective: ContrastiveAdversarial) -> None:
    measured = objective.diagnose(make_step(LABELS, objective, fixed_masks=True))
    step = make_step(LABELS, fixed_masks=True)
    ce = F.cross_entropy(step.logits(step.encode()), step.labels)
    slope = step.grad(ce, step.word_embeddings())
    predicted = objective.epsilon * (slope.norm() if objective.norm == "l2" else slope.abs().sum())
    assert measured["attack_gain"] > 0
    assert measured["attack_gain"] == pytest.approx(predicted.item(), rel=0.2)
    assert measured["attack_gain"] == pytest.approx(measured["attack_ce_adversarial"] - measured["attack_ce"])


def test_a_descending_step_would_lower_the_loss(make_step: Any, objective: ContrastiveAdversarial, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistake of a public re-implementation, to show that the measurement sees it."""
    monkeypatch.setattr("methods.losses.adversarial.perturbation", lambda *given: -perturbation(*given))
    measured = objective.diagnose(make_step(LABELS, objective, fixed_masks=True))
    assert measured["attack_gain"] < 0
    assert objective.alarms({name: [value] for name, value in measured.items()}) == [INERT_ATTACK]


def test_the_embedding_matrix_is_the_same_bits_afterwards(make_step: Any, state: State, objective: ContrastiveAdversarial) -> None:
    before = state.backbone.word_embeddings.detach().clone()
    total(objective.terms(make_step(LABELS, objective))).backward()
    objective.diagnose(make_step(LABELS, fixed_masks=True))
    assert torch.equal(state.backbone.word_embeddings, before)


def test_the_attack_leaves_no_gradient_behind(make_step: Any, state: State, objective: ContrastiveAdversarial) -> None:
    objective.terms(make_step(LABELS, objective))
    assert all(p.grad is None for p in state.backbone.parameters())


def test_the_terms_are_those_of_the_equation(make_step: Any, objective: ContrastiveAdversarial) -> None:
    """Recomputed by hand at equal masks, where the two passes differ by the attack alone."""
    terms = objective.terms(make_step(LABELS, objective, fixed_masks=True))
    step = make_step(LABELS, fixed_masks=True)
    clean = step.encode()
    ce = F.cross_entropy(step.logits(clean), step.labels)
    (slope,) = torch.autograd.grad(ce, step.word_embeddings(), retain_graph=True)
    attacked = step.encode(embeddings=(step.word_embeddings() + perturbation(slope, objective.norm, objective.epsilon)).detach())
    contrast = infonce(step.apply("projection", clean), step.apply("projection", attacked), 0.07)
    torch.testing.assert_close(terms["ce"].value, ce)
    torch.testing.assert_close(terms["ce_adversarial"].value, F.cross_entropy(step.logits(attacked), step.labels))
    torch.testing.assert_close(terms["contrast"].value, contrast)
    assert {name: (term.weight, term.count) for name, term in terms.items()} == {
        "ce": (pytest.approx(0.35), 6),
        "ce_adversarial": (pytest.approx(0.35), 6),
        "contrast": (0.3, 12),
    }


@pytest.mark.parametrize("name", ["ce", "ce_adversarial", "contrast"])
def test_every_term_moves_encoder_and_embedding_matrix(make_step: Any, state: State, objective: ContrastiveAdversarial, name: str) -> None:
    objective.terms(make_step(LABELS, objective))[name].value.backward()
    moved = [p for p in state.backbone.parameters() if p.grad is not None and p.grad.abs().sum() > 0]
    assert any(p is state.backbone.word_embeddings for p in moved)
    projection = [p.grad is not None and bool(p.grad.any()) for p in state.modules["projection"].parameters()]
    assert all(projection) == (name == "contrast")
    assert any(projection) == (name == "contrast")


def test_the_two_views_draw_independent_masks_in_training(make_step: Any, objective: ContrastiveAdversarial) -> None:
    """With hardly any attack the views still differ, unless the masks are fixed."""
    tiny = ContrastiveAdversarial(0.3, 0.07, objective.norm, 1e-12)

    def difference(fixed: bool) -> float:
        terms = tiny.terms(make_step(LABELS, tiny, fixed_masks=fixed))
        return abs(terms["ce_adversarial"].value.item() - terms["ce"].value.item())

    assert difference(fixed=True) < 1e-5 < difference(fixed=False)


def test_it_costs_two_forward_and_three_backward_passes(make_step: Any, objective: ContrastiveAdversarial) -> None:
    class Tally:
        forward = backward = 0

    passes = Tally()
    objective.terms(make_step(LABELS, objective, passes=passes))
    assert (passes.forward / 6, passes.backward / 6) == objective.cost() == (2.0, 3.0)


@pytest.mark.parametrize(
    ("gain", "ce", "inert"),
    [
        ([0.1, 0.2], [0.7, 0.6], False),
        ([-0.1, 0.05], [0.7, 0.6], True),
        ([0.0], [0.7], True),
        ([0.004], [0.7], True),
        ([0.008], [0.7], False),
        ([float("nan")], [0.7], True),
    ],
)
def test_the_alarm_is_for_attacks_that_do_nothing(
    objective: ContrastiveAdversarial, gain: list[float], ce: list[float], inert: bool
) -> None:
    assert objective.alarms({"attack_gain": gain, "attack_ce": ce}) == ([INERT_ATTACK] if inert else [])


def test_no_measurement_no_alarm(objective: ContrastiveAdversarial) -> None:
    assert objective.alarms({}) == []


def test_a_batch_of_one_class_or_of_one_text_is_safe(make_step: Any, state: State, objective: ContrastiveAdversarial) -> None:
    for labels in ([1, 1, 1], [0]):
        loss = total(objective.terms(make_step(labels, objective)))
        loss.backward()
        assert loss.isfinite()
        assert all(p.grad is None or p.grad.isfinite().all() for p in state.backbone.parameters())


@pytest.mark.parametrize("wrong", [{"norm": "linf"}, {"direction": "up"}, {"epsilon": -0.1}, {"temperature": -1.0}, {"weight": 1.5}])
def test_what_is_not_allowed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        ContrastiveAdversarial(**{"weight": 0.3, "temperature": 0.07, "norm": "l2", "epsilon": 0.1} | wrong)


def total(terms: dict[str, Any]) -> Tensor:
    return torch.stack([term.weight * term.value for term in terms.values()]).sum()
