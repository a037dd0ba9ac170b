"""Denoising and contrast in one phase: both losses train, and neither is drowned where balance is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmark.contract.objective import describe
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.backbone import Backbone
from benchmark.models.tokenizer import HashVocabulary, Tokenizer
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from methods.batches.noised_texts import Denoising
from methods.batches.pairs import Pairs
from methods.dae_cl_joint import DenoiseAndContrast
from methods.three_phase import ThreePhase

TASK = TaskInfo("toy", ("no", "yes"), pair=False, n_train=8, n_dev=2, n_unlabelled=6)
BUDGET = Budget(steps=3, batch=4, lr_encoder=1e-3, lr_head=1e-3)


QUICK: dict[str, Any] = {"epochs": 1, "copies": 2}


class Counter:
    forward = backward = 0


def data() -> TrainingData:
    lines = tuple(f"text number {i} of the {'bad' if i % 2 else 'good'} ones" for i in range(14))
    texts = Examples(content_ids(lines), lines, labels=np.arange(14, dtype=np.int64) % 2)
    return TrainingData(texts.take(range(8)), texts.take([0, 1]), texts.take(range(8, 14)).without_labels())


def state() -> State:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    model: Any = BertModel(BertConfig(vocab_size=60, max_position_embeddings=32, pad_token_id=0, **sizes), add_pooling_layer=False)
    return State(Backbone(model, Tokenizer(HashVocabulary(60, 32), segments=True), "mean"))


def joint(method: DenoiseAndContrast) -> tuple[State, Context]:
    now, phase, streams = state(), method.phases(TASK)[0], Streams(0, 0).at("joint")
    context = Context(TASK, BUDGET, "natural", streams, Counter())
    phase.build(now, TASK, streams)
    phase.fit(now, phase.data(data(), streams), context)
    return now, context


def test_one_phase_has_both_losses_on_their_own_feeds_with_equal_weights() -> None:
    phase = DenoiseAndContrast().phases(TASK)[0]
    assert [(part.feed, part.weight) for part in phase.parts] == [(Denoising(0.6), 1.0), (Pairs(12), 1.0)]
    assert phase.inputs == {"texts", "labels", "unlabelled"}


def test_every_parameter_reaches_its_phase() -> None:
    changed: dict[str, Any] = {
        "weight_dae": 0.3,
        "weight_cl": 0.3,
        "balance": "norm",
        "lr": 1e-5,
        "epochs": 9,
        "deletion": 0.3,
        "tied": False,
        "decoder_layers": 1,
        "copies": 3,
        "unique_pairs": True,
        "imbalance": "text",
        "min_ratio": 2.0,
        "max_ratio": 20.0,
        "freeze_encoder": True,
        "copy_noise": "stop-words",
        "protocol": "paper",
        "length_class": "medium",
    }
    assert set(changed) == set(DenoiseAndContrast().params())
    for name, value in changed.items():
        given: dict[str, Any] = {"protocol": "paper"} if name == "length_class" else {}
        plain, other = DenoiseAndContrast(**given), DenoiseAndContrast(**given, **{name: value})
        assert describe(other.phases(TASK)) != describe(plain.phases(TASK)), name


def test_the_classifier_is_trained_as_in_three_phase() -> None:
    assert DenoiseAndContrast().phases(TASK)[1] == ThreePhase().phases(TASK)[2]


def test_both_terms_are_recorded_and_none_is_inert() -> None:
    _, context = joint(DenoiseAndContrast(**QUICK))
    assert set(context.log["terms"]) == {"denoising", "pair_similarity"}
    assert context.alarms == []


def test_both_gradient_norms_are_recorded() -> None:
    _, context = joint(DenoiseAndContrast(**QUICK))
    assert all(len(norms) == 2 and min(norms) > 0 for norms in context.log["gradient_norms"])


@pytest.mark.parametrize("changed", [{"weight_dae": 0.0}, {"weight_cl": 0.0}, {"balance": "norm"}])
def test_each_loss_and_the_balance_make_a_difference(changed: dict[str, Any]) -> None:
    plain, _ = joint(DenoiseAndContrast(**QUICK))
    other, _ = joint(DenoiseAndContrast(**QUICK, **changed))
    name = "backbone.encoder.layer.0.output.dense.weight"
    assert not torch.equal(plain.tensors()[name], other.tensors()[name])


def test_the_declared_cost_is_what_is_counted() -> None:
    _, context = joint(DenoiseAndContrast(**QUICK))
    counted = Cost(context.passes.forward, context.passes.backward)
    assert counted == DenoiseAndContrast(**QUICK).phases(TASK)[0].cost(TASK, BUDGET)


def test_equal_seeds_give_equal_tensors() -> None:
    (one, _), (two, _) = joint(DenoiseAndContrast(**QUICK)), joint(DenoiseAndContrast(**QUICK))
    assert all(torch.equal(tensor, two.tensors()[name]) for name, tensor in one.tensors().items())
