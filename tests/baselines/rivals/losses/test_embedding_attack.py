"""Attacks on word vectors: lengths, direction, the equations over a step, and the alarm for an attack that does nothing."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from torch import Tensor

from baselines.rivals.losses.embedding_attack import (
    AscentAttack,
    OneStepAttack,
    WordVectorAttack,
    cross_entropy,
    no_offset,
    per_text,
    random_start,
    within,
)
from benchmark.contract.encoder_variant import EncoderVariant
from benchmark.contract.state import State
from benchmark.errors import UserError
from benchmark.records.alarms import INERT_ATTACK

LABELS = [0, 1, 2, 1, 0]
FGM, FREELB = OneStepAttack(0.05), AscentAttack(0.02, 2, 0.05, 0.06)  # word vectors of the tiny encoder are about 0.2 long
BOTH = pytest.mark.parametrize("objective", [FGM, FREELB], ids=["fgm", "freelb"])


def draw(seed: int = 0) -> Tensor:
    return torch.randn(3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def oracle_length(rows: Any) -> float:
    return math.sqrt(sum(x * x for row in rows for x in row))


@given(seed=st.integers(0, 50), length=st.sampled_from([0.05, 1.0]), scale=st.sampled_from([1.0, 1e-30, 1e20]))
def test_each_text_takes_a_step_of_its_own_along_its_gradient(seed: int, length: float, scale: float) -> None:
    gradient = (draw(seed) * scale).float()
    step = per_text(gradient, length)
    for mine, slope in zip(step, gradient.double() / scale, strict=True):
        assert oracle_length(mine.tolist()) == pytest.approx(length, rel=1e-5)
        expected = [[length * x / oracle_length(slope.tolist()) for x in row] for row in slope.tolist()]
        torch.testing.assert_close(mine.double(), torch.tensor(expected, dtype=torch.float64), rtol=1e-4, atol=1e-7)


def test_a_text_without_a_slope_stays_and_the_others_do_not_notice() -> None:
    gradient = draw()
    gradient[1] = 0
    step = per_text(gradient, 0.5)
    assert not step[1].any()
    torch.testing.assert_close(step[0], per_text(gradient[:1], 0.5)[0])


@pytest.mark.parametrize("bound", [0.5, 2.0, 100.0, 0.0])
def test_offsets_are_shortened_only_where_they_are_longer(bound: float) -> None:
    offset = draw() * torch.tensor([0.1, 1.0, 10.0]).view(3, 1, 1)
    short = within(offset, bound)
    for mine, before in zip(short, offset, strict=True):
        length = oracle_length(before.tolist())
        expected = before * (bound / length) if bound and length > bound else before
        torch.testing.assert_close(mine, expected)


def test_the_random_start_is_uniform_per_coordinate_and_skips_padding(make_step: Any) -> None:
    step = make_step(LABELS)
    start, mask = random_start(step, 0.6), step.tokens().mask
    assert not start[mask == 0].any()
    assert not mask.all(), "the batch must hold padding for this test"
    for row, tokens in zip(start, mask.sum(1).tolist(), strict=True):
        largest = 0.6 / math.sqrt(tokens * start.shape[-1])
        assert row.abs().max() <= largest
        assert row.norm().item() == pytest.approx(0.6 / math.sqrt(3), rel=0.15)


def test_one_step_by_hand(make_step: Any) -> None:
    """The gradient of each text's own loss, by autograd on the word vectors; at fixed masks both passes differ by the offset alone."""
    terms = FGM.terms(make_step(LABELS, fixed_masks=True))
    step = make_step(LABELS, fixed_masks=True)
    leaf = no_offset(step).requires_grad_()
    ce = F.cross_entropy(step.logits(step.encode(variant=EncoderVariant(leaf))), step.labels)
    (slope,) = torch.autograd.grad(ce, leaf)
    lengths = slope.flatten(1).norm(dim=1).view(-1, 1, 1)
    moved = step.logits(step.encode(variant=EncoderVariant(0.05 * slope / lengths)))
    torch.testing.assert_close(terms["ce"].value, ce)
    torch.testing.assert_close(terms["ce_adversarial"].value, F.cross_entropy(moved, step.labels))
    assert [(term.weight, term.count) for term in terms.values()] == [(1.0, 5), (1.0, 5)]


def test_ascents_by_hand(make_step: Any) -> None:
    """K + 1 losses of weight 1 / (K + 1): at the random start, and after each step, shortened to the bound."""
    terms = FREELB.terms(make_step(LABELS, fixed_masks=True))
    step = make_step(LABELS, fixed_masks=True)
    offset, losses = random_start(step, 0.05), []
    for _ in range(3):
        leaf = offset.requires_grad_()
        losses.append(F.cross_entropy(step.logits(step.encode(variant=EncoderVariant(leaf))), step.labels))
        (slope,) = torch.autograd.grad(losses[-1], leaf, retain_graph=True)
        offset = (leaf + 0.02 * slope / slope.flatten(1).norm(dim=1).view(-1, 1, 1)).detach()
        lengths = offset.flatten(1).norm(dim=1).view(-1, 1, 1)
        offset = torch.where(lengths > 0.06, offset * 0.06 / lengths, offset)
    torch.testing.assert_close([term.value for term in terms.values()], losses)
    assert {name: term.weight for name, term in terms.items()} == dict.fromkeys(("ce_0", "ce_1", "ce_2"), 1 / 3)


@BOTH
def test_the_attack_raises_the_loss(make_step: Any, objective: WordVectorAttack) -> None:
    measured = objective.diagnose(make_step(LABELS, fixed_masks=True))
    assert measured["attack_gain"] > 0
    assert measured["attack_gain"] == pytest.approx(measured["attack_ce_adversarial"] - measured["attack_ce"])
    assert objective.alarms({name: [value] for name, value in measured.items()}) == []


def test_a_small_step_raises_it_by_what_the_slope_says(make_step: Any) -> None:
    """Of the mean loss, text i has the gradient g_i; a step of length e in each raises it by the sum of e ||g_i||."""
    tiny = OneStepAttack(0.002)
    step = make_step(LABELS, fixed_masks=True)
    leaf = no_offset(step).requires_grad_()
    slope = step.grad(cross_entropy(step, EncoderVariant(leaf)), leaf)
    predicted = 0.002 * slope.flatten(1).norm(dim=1).sum().item()
    assert tiny.diagnose(make_step(LABELS, fixed_masks=True))["attack_gain"] == pytest.approx(predicted, rel=0.1)


@pytest.mark.parametrize("objective", [OneStepAttack(1e-5), AscentAttack(1e-5, 2, 0.0, 0.0)], ids=["fgm", "freelb"])
def test_an_attack_of_the_size_of_rounding_is_called_inert(make_step: Any, objective: WordVectorAttack) -> None:
    """A perturbation of 1e-5 vanishes in bf16; measured in float32 it adds next to nothing to the loss."""
    measured = objective.diagnose(make_step(LABELS, fixed_masks=True))
    assert objective.alarms({name: [value] for name, value in measured.items()}) == [INERT_ATTACK]


@pytest.mark.parametrize(("gain", "inert"), [([0.1, 0.2], False), ([-0.1, 0.05], True), ([0.004], True), ([float("nan")], True)])
def test_the_alarm_is_for_a_mean_gain_under_one_percent(gain: list[float], inert: bool) -> None:
    assert FGM.alarms({"attack_gain": gain, "attack_ce": [0.7] * len(gain)}) == ([INERT_ATTACK] if inert else [])
    assert FGM.alarms({}) == []


def test_fgm_redraws_dropout_and_freelb_does_not(make_step: Any) -> None:
    """With offsets next to nothing the passes of one step differ by their masks alone."""
    ours = [term.value.item() for term in OneStepAttack(1e-12).terms(make_step(LABELS)).values()]
    assert ours[0] != pytest.approx(ours[1], abs=1e-4)
    theirs = [term.value.item() for term in AscentAttack(1e-12, 2, 0.0, 0.0).terms(make_step(LABELS)).values()]
    assert theirs == pytest.approx([theirs[0]] * 3, abs=1e-5)


@BOTH
def test_nothing_is_written_and_no_gradient_is_left(make_step: Any, state: State, objective: WordVectorAttack) -> None:
    before = state.backbone.word_embeddings.detach().clone()
    objective.terms(make_step(LABELS))
    assert all(p.grad is None for p in state.backbone.parameters())
    assert torch.equal(state.backbone.word_embeddings, before)


@BOTH
def test_every_term_moves_the_encoder(make_step: Any, state: State, objective: WordVectorAttack) -> None:
    for term in objective.terms(make_step(LABELS)).values():
        (slope,) = torch.autograd.grad(term.value, state.backbone.word_embeddings, retain_graph=True)
        assert slope.any()


@BOTH
def test_it_costs_what_it_declares(make_step: Any, context: Any, objective: WordVectorAttack) -> None:
    objective.terms(make_step(LABELS))
    assert (context.passes.forward / 5, context.passes.backward / 5) == objective.cost()


@BOTH
@pytest.mark.parametrize("labels", [[1, 1, 1], [0]])
def test_degenerate_batches_are_safe(make_step: Any, state: State, objective: WordVectorAttack, labels: list[int]) -> None:
    torch.stack([term.value for term in objective.terms(make_step(labels)).values()]).sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in state.backbone.parameters())


@pytest.mark.parametrize("wrong", [(OneStepAttack, (0.0,)), (AscentAttack, (0.1, 0, 1.0, 0.6)), (AscentAttack, (0.0, 2, 1.0, 0.6))])
def test_what_is_not_allowed_is_refused(wrong: Any) -> None:
    with pytest.raises(UserError):
        wrong[0](*wrong[1])
