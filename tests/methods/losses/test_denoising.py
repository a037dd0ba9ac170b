"""The denoising objective over a step: one vector in, the original text out."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from benchmark.contract.feed import Batch
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.backbone import Backbone
from benchmark.models.tokenizer import HashVocabulary, Tokenizer
from benchmark.streams import Streams
from methods.losses.denoising import BlindDenoisingLoss, DenoisingLoss, DetachedDenoisingLoss

TASK = TaskInfo("toy", ("no", "yes"), pair=False, n_train=4, n_dev=2, n_unlabelled=3)
SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 32,
    "pad_token_id": 0,
}


def texts(*lines: str) -> Examples:
    return Examples(content_ids(lines), lines)


def state_of(kind: str, objective: DenoisingLoss) -> State:
    torch.manual_seed(0)
    bert = kind == "bert"
    model: Any = BertModel(BertConfig(**SIZES), add_pooling_layer=False) if bert else RobertaModel(RobertaConfig(**SIZES), False)
    backbone = Backbone(model, Tokenizer(HashVocabulary(60, 32), segments=bert), "mean" if bert else "cls")
    state = State(backbone)
    for name, factory in objective.modules(16, model, TASK).items():
        state.add(name, factory, Streams(0, 0).at("dae"))
    return state


def step_of(state: State, passes: Any = None) -> Step:
    views = {"noised": texts("one three", "five"), "original": texts("one two three", "four five")}
    return Step(0, state, Batch(views), PhaseScope(Streams(0, 0).at("dae"), passes=passes))


@pytest.fixture(params=["bert", "roberta"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("tied", [True, False])
def test_the_loss_is_the_mean_over_real_tokens_of_minus_log_p(kind: str, tied: bool) -> None:
    objective = DenoisingLoss(tied=tied)
    state = state_of(kind, objective)
    state.backbone.eval()
    state.modules.eval()
    term = objective.terms(step_of(state))["denoising"]
    assert term.count == 4 + 3  # every token but the start token: words and the end token
    assert term.value.item() == pytest.approx(brute_force(state, step_of(state)), abs=1e-5)


def brute_force(state: State, step: Step) -> float:
    """Token by token, one text at a time, without padding, in Python floats."""
    decoder: Any = state.modules["decoder"]
    words, total, count = state.backbone.word_embeddings, 0.0, 0
    memory, text = step.encode("noised"), step.tokens("original")
    for row in range(2):
        ids = text.ids[row][: int(text.mask[row].sum())]
        for t in range(len(ids) - 1):
            last = decoder.states(memory[row : row + 1], ids[None, : t + 1], None, words, state.backbone.model)[0, -1]
            scores = (words.double() @ last.double() + decoder.bias.double()).tolist()
            total += math.log(sum(math.exp(s) for s in scores)) - scores[int(ids[t + 1])]
            count += 1
    return total / count


@pytest.mark.parametrize("tied", [True, False])
def test_the_decoder_sees_nothing_of_the_encoder_but_the_pooled_vector(kind: str, tied: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token states are shuffled and stretched behind the pooling's back, with the pooled vector held: the loss must not notice."""
    objective = DenoisingLoss(tied=tied)
    state = state_of(kind, objective)
    state.backbone.eval()
    state.modules.eval()
    pooled = step_of(state).encode("noised").detach()
    before = objective.terms(step_of(state))["denoising"].value

    real = state.backbone._run

    def disturbed(tokens: Any, embeddings: Tensor | None) -> Tensor:
        return real(tokens, embeddings) * 7 + torch.randn(())

    monkeypatch.setattr(state.backbone, "_run", disturbed)
    monkeypatch.setattr("benchmark.models.backbone.pool", lambda hidden, mask, how: pooled)
    torch.testing.assert_close(objective.terms(step_of(state))["denoising"].value, before)


def test_the_loss_does_depend_on_the_pooled_vector(kind: str) -> None:
    objective = DenoisingLoss()
    state = state_of(kind, objective)
    state.backbone.eval()
    step = step_of(state)
    pooled = step.encode("noised")
    pooled.retain_grad()
    objective.terms(step)["denoising"].value.backward()
    assert pooled.grad is not None
    assert bool((pooled.grad.abs().sum(1) > 0).all())


@pytest.mark.parametrize("tied", [True, False])
def test_every_parameter_of_encoder_and_decoder_gets_a_gradient(kind: str, tied: bool) -> None:
    objective = DenoisingLoss(tied=tied)
    state = state_of(kind, objective)
    objective.terms(step_of(state))["denoising"].value.backward()
    for name, parameter in [*state.backbone.named_parameters(), *state.modules.named_parameters()]:
        assert parameter.grad is not None, name


def test_both_passes_are_counted_and_their_number_is_the_declared_cost(kind: str) -> None:
    class Counter:
        forward = backward = 0

    objective = DenoisingLoss()
    state, passes = state_of(kind, objective), Counter()
    objective.terms(step_of(state, passes))
    assert (passes.forward, passes.backward) == tuple(2 * cost for cost in objective.cost())


def test_it_runs_in_mixed_precision_and_the_loss_is_float32(kind: str) -> None:
    objective = DenoisingLoss()
    state = state_of(kind, objective)
    state.backbone.precision = "bf16"
    value = objective.terms(step_of(state))["denoising"].value
    assert value.dtype == torch.float32
    assert bool(value.isfinite())


def test_training_on_one_text_learns_to_rebuild_it(kind: str) -> None:
    objective = DenoisingLoss()
    state = state_of(kind, objective)
    parameters = [*state.backbone.parameters(), *state.modules.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    losses = []
    for _ in range(40):
        loss = objective.terms(step_of(state))["denoising"].value
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.4 * losses[0]


@pytest.mark.parametrize("tied", [True, False])
def test_a_blind_decoder_is_given_nothing_of_the_noised_text(tied: bool) -> None:
    """Another noised text changes nothing, and the encoder's gradient comes through the decoder's layers alone."""
    objective = BlindDenoisingLoss(tied)
    state = state_of("bert", objective)
    views = {"noised": texts("quite other words", "here"), "original": texts("one two three", "four five")}
    other = Step(0, state, Batch(views), PhaseScope(Streams(0, 0).at("dae")))
    values = [objective.terms(step)["denoising"].value for step in (step_of(state), other)]
    assert values[0] == values[1]
    assert not objective.memory(step_of(state)).any()
    values[0].backward()
    weight: Any = state.backbone.model.encoder.layer[0].output.dense.weight  # type: ignore[union-attr,index]
    assert bool(weight.grad.any()) == tied


@pytest.mark.parametrize("tied", [True, False])
def test_a_detached_decoder_has_the_value_of_denoising_and_no_gradient_through_the_vector(tied: bool) -> None:
    class Tally:
        forward = backward = 0

    objective, passes = DetachedDenoisingLoss(tied), Tally()
    state = state_of("bert", objective)
    term = objective.terms(step_of(state, passes))["denoising"]
    plain = DenoisingLoss(tied).terms(step_of(state))["denoising"]
    assert term.value.item() == plain.value.item()
    assert not objective.memory(step_of(state)).requires_grad
    assert (passes.forward / 2, passes.backward / 2) == objective.cost() == (2.0, 1.0)
    term.value.backward()
    weight: Any = state.backbone.model.encoder.layer[0].output.dense.weight  # type: ignore[union-attr,index]
    assert (weight.grad is not None) == tied
