"""Masked language modelling: which words are chosen, what the encoder sees of them, and the loss against its definition."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmark.config.toml_files import load_encoder
from benchmark.contract.feed import Batch
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.models.loading import kept_encoder
from benchmark.streams import Streams
from methods.losses.masked_lm import MaskedLanguageModel, chosen, corrupted

STREAMS = Streams(0, 0).at("tapt")
TASK = TaskInfo("toy", ("no", "yes"), pair=False, n_train=4, n_dev=2, n_unlabelled=3)
LINES = ("one two three four five", "six seven", "eight nine ten eleven")


class Tally:
    forward = backward = 0


def state_of(objective: MaskedLanguageModel) -> State:
    kind = "encoder" if objective.new_head else "masked-lm"
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh(kind))
    for name, factory in objective.modules(state.backbone.hidden, state.backbone.model, TASK).items():
        state.add(name, factory, STREAMS)
    return state


def step_of(state: State, lines: tuple[str, ...] = LINES, index: int = 0, passes: Any = None) -> Step:
    return Step(index, state, Batch({"text": Examples(content_ids(lines), lines)}), PhaseScope(STREAMS, passes=passes))


@given(numbers=st.lists(st.floats(0, 1, exclude_max=True), min_size=6, max_size=6), rate=st.floats(0.01, 0.99))
def test_a_word_is_chosen_where_its_number_lies_below_the_rate_and_one_word_always(numbers: list[float], rate: float) -> None:
    words = [True, False, True, True, False, True]
    picked = chosen(torch.tensor([numbers], dtype=torch.float64), torch.tensor([words]), rate)[0].tolist()
    smallest = min(n for n, word in zip(numbers, words, strict=True) if word)
    assert picked == [word and (n < rate or n == smallest) for n, word in zip(numbers, words, strict=True)]


def test_where_no_text_has_a_word_none_is_chosen() -> None:
    assert not chosen(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.bool), 0.15).any()


def test_a_chosen_word_is_masked_replaced_or_kept_by_its_number() -> None:
    ids, random = torch.tensor([7, 7, 7, 7, 7]), torch.tensor([3, 3, 3, 3, 3])
    seen = corrupted(ids, torch.tensor([0.0, 0.79, 0.81, 0.89, 0.91]), random, mask=1)
    assert seen.tolist() == [1, 1, 3, 3, 7]


@pytest.mark.parametrize("new_head", [False, True])
def test_the_loss_is_the_mean_over_the_chosen_words(new_head: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Float64, one word at a time, from the scores of the same pass."""
    objective = MaskedLanguageModel(0.4, new_head)
    step = step_of(state_of(objective))
    seen: dict[str, torch.Tensor] = {}
    original = Step.vocabulary_logits

    def watched(self: Step, where: torch.Tensor, **given: Any) -> torch.Tensor:
        seen["where"], seen["logits"] = where, original(self, where, **given)
        return seen["logits"]

    monkeypatch.setattr(Step, "vocabulary_logits", watched)
    term = objective.terms(step)["masked_lm"]
    targets = step.tokens().ids[seen["where"]].tolist()
    losses = []
    for row, target in zip(seen["logits"].double().tolist(), targets, strict=True):
        losses.append(math.log(sum(math.exp(score) for score in row)) - row[target])
    assert term.count == len(targets) > 1
    assert term.value.item() == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_what_is_chosen_and_shown_follows_the_stated_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[torch.Tensor, torch.Tensor]] = []

    def recorded(self: Step, where: torch.Tensor, **given: Any) -> torch.Tensor:
        shown.append((self.tokens().ids[where], given["shown"]))
        return torch.zeros(int(where.sum()), len(self.word_embeddings()))

    monkeypatch.setattr(Step, "vocabulary_logits", recorded)
    state, words = state_of(MaskedLanguageModel()), 0
    lines = tuple(f"{i} " + " ".join(f"word{i}x{k}" for k in range(40)) for i in range(20))
    for index in range(12):
        step = step_of(state, lines, index)
        MaskedLanguageModel().terms(step)
        words += int(step.words().sum())
    ids, seen = (torch.cat(column) for column in zip(*shown, strict=True))
    assert len(ids) / words == pytest.approx(0.15, abs=0.015)
    assert (seen == step.mask_token).float().mean().item() == pytest.approx(0.8, abs=0.04)
    assert (seen == ids).float().mean().item() == pytest.approx(0.1, abs=0.03)


def test_a_batch_without_words_gives_a_zero_with_a_graph() -> None:
    objective = MaskedLanguageModel()
    term = objective.terms(step_of(state_of(objective), ("", "")))["masked_lm"]
    term.value.backward()
    assert (term.value.item(), term.count) == (0.0, 0)


def test_the_new_head_and_the_encoder_are_trained_and_the_pass_is_counted() -> None:
    objective, passes = MaskedLanguageModel(new_head=True), Tally()
    state = state_of(objective)
    assert state.backbone.vocabulary is None
    objective.terms(step_of(state, passes=passes))["masked_lm"].value.backward()
    assert (passes.forward / 3, passes.backward / 3) == objective.cost() == (1.0, 1.0)
    for module in (state.backbone.model, state.modules["vocabulary_head"]):
        assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in module.parameters())


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_outside_its_range_is_refused(rate: float) -> None:
    with pytest.raises(UserError):
        MaskedLanguageModel(rate)
