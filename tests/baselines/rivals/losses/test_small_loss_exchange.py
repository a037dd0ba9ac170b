"""Co-teaching: each network trains on the other's choice, the choice shrinks to 1 - tau, and the first one predicts."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from baselines.rivals.co_teaching import CoTeaching
from baselines.rivals.losses.small_loss_exchange import SmallLossExchange, n_kept, smallest
from benchmark.contract.encoder_variant import SECOND_ENCODER, SECOND_HEAD, EncoderVariant
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.errors import UserError

LABELS = [0, 1, 2, 1, 0, 2, 1, 0, 2, 1]


@given(n=st.integers(1, 64), noise=st.floats(0, 0.9), epochs=st.floats(0, 30))
def test_the_share_falls_linearly_and_never_below_one_example(n: int, noise: float, epochs: float) -> None:
    kept = n_kept(n, noise, 10.0, epochs)
    assert 1 <= kept <= n
    share = (1 - noise * min(epochs / 10, 1)) * n
    assert kept == 1 or share - 1 < kept <= share + 1e-6


@pytest.mark.parametrize(("epochs", "kept"), [(0, 10), (5, 9), (10, 8), (100, 8)])
def test_at_twenty_percent_noise(epochs: float, kept: int) -> None:
    assert n_kept(10, 0.2, 10.0, epochs) == kept
    assert n_kept(10, 0.2, 0.0, epochs) == 8


@given(values=st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=12), data=st.data())
def test_the_smallest_are_those_that_sorting_gives(values: list[float], data: Any) -> None:
    count = data.draw(st.integers(1, len(values)))
    expected = sorted(range(len(values)), key=lambda position: (values[position], position))[:count]
    assert smallest(torch.tensor(values), count).tolist() == expected


@pytest.fixture
def two_networks(state: State, task: TaskInfo, context: Context) -> State:
    """The state as the phase builds it: a second encoder and a second head."""
    (phase,) = CoTeaching().phases(task)
    phase.build(state, task, context.streams)
    return state


def losses_of(step: Any) -> list[torch.Tensor]:
    pooled = (step.encode(), step.encode(variant=EncoderVariant(network=SECOND_ENCODER)))
    heads = ("head", SECOND_HEAD)
    return [F.cross_entropy(step.logits(z, head=head), step.labels, reduction="none") for z, head in zip(pooled, heads, strict=True)]


def test_each_network_averages_its_loss_over_what_the_other_chose(make_step: Any, two_networks: State) -> None:
    terms = SmallLossExchange(0.4, ramp=0.0).terms(make_step(LABELS))
    first, second = (loss.tolist() for loss in losses_of(make_step(LABELS)))
    chosen_by_first = sorted(range(10), key=lambda i: first[i])[:6]
    chosen_by_second = sorted(range(10), key=lambda i: second[i])[:6]
    assert chosen_by_first != chosen_by_second, "both heads must differ for this test"
    assert terms["ce_first"].value.item() == pytest.approx(sum(first[i] for i in chosen_by_second) / 6)
    assert terms["ce_second"].value.item() == pytest.approx(sum(second[i] for i in chosen_by_first) / 6)
    assert [(term.count, term.skipped) for term in terms.values()] == [(6, 4), (6, 4)]


def test_no_gradient_crosses_from_one_network_to_the_other(make_step: Any, two_networks: State) -> None:
    terms = SmallLossExchange(0.4, ramp=0.0).terms(make_step(LABELS))
    terms["ce_first"].value.backward()
    assert two_networks.backbone.word_embeddings.grad is not None
    for name in (SECOND_ENCODER, SECOND_HEAD):
        assert all(p.grad is None for p in two_networks.modules[name].parameters())


def test_early_in_training_nothing_is_left_out(make_step: Any, two_networks: State) -> None:
    objective = SmallLossExchange(0.4, ramp=10.0)
    assert [objective.terms(make_step(LABELS, index=index))["ce_first"].count for index in (0, 5, 10, 50)] == [10, 8, 6, 6]


def test_training_moves_both_networks_and_the_first_predicts(state: State, data: TrainingData, context: Context, task: TaskInfo) -> None:
    (phase,) = CoTeaching(noise=0.25, ramp=1.0).phases(task)
    phase.build(state, task, context.streams)
    first, second = state.modules["head"][1].weight, state.modules[SECOND_HEAD][1].weight
    assert not torch.equal(first, second)
    phase.fit(state, data, context)
    assert not torch.equal(state.backbone.word_embeddings, state.modules[SECOND_ENCODER].word_embeddings)
    assert state.predictor is not None
    before = state.predictor(data.dev)
    with torch.no_grad():
        state.modules[SECOND_HEAD][1].weight.zero_()
    assert (state.predictor(data.dev) == before).all()
    assert (context.passes.forward, context.passes.backward) == (6 * 8 * 2, 6 * 8 * 2)
    assert context.alarms == []


@pytest.mark.parametrize("labels", [[1, 1], [0]])
def test_degenerate_batches_are_finite(make_step: Any, two_networks: State, labels: list[int]) -> None:
    assert all(term.value.isfinite() for term in SmallLossExchange(0.4, 0.0).terms(make_step(labels)).values())


@pytest.mark.parametrize("wrong", [{"noise": 1.0}, {"noise": -0.1}, {"noise": 0.2, "ramp": -1.0}])
def test_what_is_not_allowed_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError):
        SmallLossExchange(**wrong)
