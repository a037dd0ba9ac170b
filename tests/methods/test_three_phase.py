"""Three-phase and its ablations: which phases, what they share, and a small training from end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmark.contract.method import Method
from benchmark.contract.objective import describe
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.backbone import Backbone
from benchmark.models.tokenizer import HashVocabulary, Tokenizer
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from methods.parts.imbalance import Repeat
from methods.three_phase import ContrastThenFineTune, DenoiseThenFineTune, HeadAndSchedule, ThreePhase

TASK = TaskInfo("toy", ("no", "yes"), pair=False, n_train=8, n_dev=2, n_unlabelled=6)
BUDGET = Budget(steps=4, batch=4, lr_encoder=1e-3, lr_head=1e-3)


QUICK: dict[str, Any] = {"epochs_dae": 1, "copies": 2}


class Counter:
    forward = backward = 0


def data() -> TrainingData:
    def texts(kind: str, n: int) -> Examples:
        lines = tuple(f"{kind} text number {i} of the {'bad' if i % 2 else 'good'} ones" for i in range(n))
        return Examples(content_ids(lines), lines, labels=np.arange(n, dtype=np.int64) % 2)

    return TrainingData(texts("train", 8), texts("dev", 2), texts("free", 6).without_labels())


def state() -> State:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    model: Any = BertModel(BertConfig(vocab_size=60, max_position_embeddings=32, pad_token_id=0, **sizes), add_pooling_layer=False)
    return State(Backbone(model, Tokenizer(HashVocabulary(60, 32), segments=True), "mean"))


def run(method: Method, given: TrainingData | None = None, seed: int = 0) -> tuple[State, dict[str, Context]]:
    """Every phase of the method as the engine runs them."""
    now, contexts = state(), {}
    for phase in method.phases(TASK):
        streams = Streams(0, seed).at(phase.name)
        contexts[phase.name] = Context(TASK, BUDGET, "natural", streams, Counter())
        phase.build(now, TASK, streams)
        phase.fit(now, phase.data(given or data(), streams), contexts[phase.name])
    return now, contexts


def scores(now: State) -> np.ndarray:
    assert now.predictor is not None
    return now.predictor(data().dev)


def names(method: Method) -> list[str]:
    return [phase.name for phase in method.phases(TASK)]


def test_each_column_of_the_ablation_has_its_phases() -> None:
    assert names(ThreePhase()) == ["dae", "contrast", "fine-tune"]
    assert names(DenoiseThenFineTune()) == ["dae", "fine-tune"]
    assert names(ContrastThenFineTune()) == ["contrast", "fine-tune"]
    assert names(HeadAndSchedule()) == ["fine-tune"]


def test_variants_share_equal_phases_so_that_a_stage_is_trained_once() -> None:
    full, dae, cl, ft = (m.phases(TASK) for m in (ThreePhase(), DenoiseThenFineTune(), ContrastThenFineTune(), HeadAndSchedule()))
    assert full[0] == dae[0]
    assert describe(full[0]) == describe(dae[0])
    assert full[1] == cl[0]
    assert full[2] == dae[1] == cl[1] == ft[0]


def test_the_denoising_phase_reads_texts_and_no_labels() -> None:
    assert ThreePhase().phases(TASK)[0].inputs == {"texts", "unlabelled"}


def test_the_denoising_phase_does_not_depend_on_labels() -> None:
    flipped = data()
    assert flipped.train.labels is not None
    flipped.train.labels[:] = 1 - flipped.train.labels
    trained = []
    for given in (data(), flipped):
        now, phase, streams = state(), ThreePhase(**QUICK).phases(TASK)[0], Streams(0, 0).at("dae")
        phase.build(now, TASK, streams)
        phase.fit(now, given, Context(TASK, BUDGET, "natural", streams, Counter()))
        trained.append(now.tensors())
    assert all(torch.equal(trained[0][name], trained[1][name]) for name in trained[0])


def test_no_imbalance_extra_imbalance_and_the_frozen_encoder_are_parameters() -> None:
    assert ThreePhase(imbalance="off").phases(TASK)[1].augment is None
    assert ThreePhase(max_ratio=20).phases(TASK)[1].augment == Repeat(1.5, 20, "code")
    assert ThreePhase(freeze_encoder=True).phases(TASK)[2].freeze_encoder
    assert ThreePhase().repeats_for([400, 40]) == [1, 2]
    assert ThreePhase(imbalance="off").repeats_for([400, 40]) == [1, 1]


def test_schedules_are_the_papers() -> None:
    dae, contrast, fine = (phase.schedule for phase in ThreePhase().phases(TASK))
    assert (dae.epochs, dae.lr, dae.warmup, dae.weight_decay) == (4, 5e-5, 0.5, 0.0)
    assert (contrast.epochs, contrast.lr, contrast.warmup, contrast.weight_decay) == (1, 5e-5, 1 / 3, 0.0)
    assert fine.warmup == 0.2
    assert (fine.steps, fine.epochs, fine.lr) == (None, None, None)  # the cell's, as for every arm


def test_the_paper_protocol_has_the_optimizer_of_the_released_code() -> None:
    dae, contrast, fine = (phase.plan(TASK, BUDGET) for phase in ThreePhase(protocol="paper").phases(TASK))
    assert (dae.epsilon, contrast.epsilon, fine.epsilon) == (1e-6, 1e-6, 2e-5)
    assert (fine.weight_decay, fine.clip, dae.clip, contrast.clip) == (0.0, 0.0, BUDGET.clip, BUDGET.clip)
    assert (dae.weight_decay, contrast.weight_decay) == (0.0, 0.0)


def test_the_suites_own_protocol_has_the_budgets_optimizer() -> None:
    for phase in ThreePhase().phases(TASK):
        assert (phase.plan(TASK, BUDGET).epsilon, phase.plan(TASK, BUDGET).clip) == (BUDGET.epsilon, BUDGET.clip)
    assert ThreePhase().phases(TASK)[2].plan(TASK, BUDGET).weight_decay == BUDGET.weight_decay


def test_every_parameter_reaches_its_phase() -> None:
    """A parameter that changes no phase would be searched and reported, and do nothing."""
    changed: dict[str, Any] = {
        "lr_dae": 1e-5,
        "epochs_dae": 9,
        "deletion": 0.3,
        "tied": False,
        "decoder_layers": 1,
        "lr_cl": 1e-5,
        "copies": 3,
        "unique_pairs": True,
        "imbalance": "text",
        "min_ratio": 2.0,
        "max_ratio": 20.0,
        "copy_noise": "stop-words",
        "freeze_encoder": True,
        "protocol": "paper",
        "length_class": "medium",
    }
    assert set(changed) == set(ThreePhase().params())
    for cls in (ThreePhase, DenoiseThenFineTune, ContrastThenFineTune, HeadAndSchedule):
        for name in cls().params():
            given: dict[str, Any] = {"protocol": "paper"} if name == "length_class" else {}
            assert describe(cls(**given, **{name: changed[name]}).phases(TASK)) != describe(cls(**given).phases(TASK)), (cls, name)


def test_steps_follow_from_sizes() -> None:
    dae, contrast, _ = ThreePhase().phases(TASK)
    assert dae.plan(TASK, BUDGET).steps == 14  # 4 passes over 8 + 6 texts in batches of 4
    assert contrast.plan(TASK, BUDGET).steps == 24  # 12 * floor(log2 2) * 8 pairs in batches of 4


@pytest.mark.parametrize(
    "method",
    [
        ThreePhase(**QUICK),
        DenoiseThenFineTune(epochs_dae=1),
        ContrastThenFineTune(copies=2),
        HeadAndSchedule(),
        ThreePhase(freeze_encoder=True, **QUICK),
    ],
)
def test_the_declared_cost_is_what_is_counted(method: Method) -> None:
    _, contexts = run(method)
    for phase in method.phases(TASK):
        passes = contexts[phase.name].passes
        assert Cost(passes.forward, passes.backward) == phase.cost(TASK, BUDGET), phase.name


@pytest.mark.parametrize("method", [ThreePhase(**QUICK), ThreePhase(tied=False, decoder_layers=1, unique_pairs=True, **QUICK)])
def test_it_trains_without_alarms_and_is_deterministic(method: Method) -> None:
    first, contexts = run(method)
    again, _ = run(method)
    other, _ = run(method, seed=1)
    assert [context.alarms for context in contexts.values()] == [[], [], []]
    assert scores(first).shape == (2, 2)
    np.testing.assert_array_equal(scores(first), scores(again))
    assert not np.array_equal(scores(first), scores(other))


def test_each_phase_changes_the_encoder_and_a_frozen_last_phase_does_not() -> None:
    def after(method: Method) -> torch.Tensor:
        return run(method)[0].backbone.model.encoder.layer[0].output.dense.weight.detach()  # type: ignore[union-attr,index]

    weights = [state().backbone.model.encoder.layer[0].output.dense.weight.detach()]  # type: ignore[union-attr,index]
    weights += [
        after(m) for m in (ThreePhase(**QUICK), DenoiseThenFineTune(epochs_dae=1), ContrastThenFineTune(copies=2), HeadAndSchedule())
    ]
    for i, one in enumerate(weights):
        assert not any(torch.equal(one, another) for another in weights[i + 1 :])
    assert torch.equal(after(HeadAndSchedule(freeze_encoder=True)), weights[0])


def test_the_notes_of_the_pairs_are_in_the_log() -> None:
    _, contexts = run(ThreePhase(**QUICK))
    assert contexts["contrast"].log["positives"] == contexts["contrast"].log["negatives"] > 0
    assert contexts["dae"].log["texts_unlabelled"] == 6


def test_streams_that_are_drawn_are_declared() -> None:
    for method in (ThreePhase(**QUICK), DenoiseThenFineTune(epochs_dae=1), ContrastThenFineTune(copies=2), HeadAndSchedule()):
        _, contexts = run(method)
        drawn = set().union(*(context.streams.drawn for context in contexts.values()))
        assert drawn <= method.streams
