"""The one training loop: its schedule, what it trains and what it leaves alone, and what it writes down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from benchmark.checks.tiny_run import small_split, small_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.objective import Objective, Term
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import Step
from benchmark.data.examples import Split
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.checkpoint_selection import BestOnDev
from benchmark.training.fine_tune import FineTune
from benchmark.training.gradient_phase import GradientPhase, LossPart, Pretrain
from benchmark.training.loop import NonFiniteLoss, log_steps, make_optimizer
from benchmark.training.losses.cross_entropy import CrossEntropy
from benchmark.training.schedule import ResolvedSchedule, Schedule, rate_factor

BUDGET = Budget(steps=6, batch=8, lr_encoder=1e-3, lr_head=1e-2)


def run(phase: GradientPhase, budget: Budget = BUDGET, split: Split | None = None) -> tuple[State, Context]:
    """One phase on the tiny encoder."""
    split = split or small_split()
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    streams = Streams(0, 0).at(phase.name)
    context = Context(small_task(split), budget, "natural", streams, PhaseRun(phase.name, ""))
    phase.build(state, context.task, streams)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled), context)
    return state, context


@dataclass(frozen=True)
class Pull(Objective):
    """Pulls representations towards zero, `scale` times as hard."""

    scale: float = 1.0
    name: str = "pull"

    def terms(self, step: Step) -> dict[str, Term]:
        return {self.name: Term(self.scale * step.encode().square().mean(), count=1)}


@dataclass(frozen=True)
class Explode(Objective):
    def terms(self, step: Step) -> dict[str, Term]:
        return {"boom": Term(step.encode().sum() * float("inf"), count=1)}


@dataclass(frozen=True)
class WatchModes(Objective):
    whole_vocabulary: ClassVar[bool] = True
    seen: tuple[list[tuple[bool, bool]], ...] = ([],)

    def terms(self, step: Step) -> dict[str, Term]:
        head = step.module("head")
        self.seen[0].append((step.live_encoder().training, head.training))
        return CrossEntropy().terms(step)

    def __hash__(self) -> int:
        return 0


def test_the_rate_rises_over_the_warm_up_and_falls_to_almost_nothing() -> None:
    plan = ResolvedSchedule(steps=10, batch=1, lr_encoder=1.0, lr_head=1.0, warmup=0.2, weight_decay=0.0)
    rates = [rate_factor(index, plan) for index in range(10)]
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])


def test_logging_steps_are_spread_evenly_and_the_last_step_is_one() -> None:
    assert log_steps(100, 10) == {9, 19, 29, 39, 49, 59, 69, 79, 89, 99}
    assert log_steps(3, 10) == {0, 1, 2}


def test_a_frozen_encoder_keeps_its_tensors_and_runs_in_eval_mode() -> None:
    watch = WatchModes()
    before = {n: t.clone() for n, t in kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").pristine.items()}
    state, _ = run(FineTune(watch, freeze_encoder=True))
    assert all(torch.equal(before[name], tensor) for name, tensor in state.backbone.model.state_dict().items())
    assert watch.seen[0] == [(False, True)] * BUDGET.steps


def test_an_unfrozen_encoder_runs_in_train_mode() -> None:
    watch = WatchModes(seen=([],))
    run(FineTune(watch))
    assert watch.seen[0] == [(True, True)] * BUDGET.steps


def test_a_later_phase_leaves_the_modules_of_an_earlier_one_alone() -> None:
    split = small_split()
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    streams = Streams(0, 0).at("first")
    state.add("extra", lambda: nn.Linear(4, 4), streams)
    before = state.modules["extra"].weight.detach().clone()
    phase = FineTune(CrossEntropy())
    context = Context(small_task(split), BUDGET, "natural", streams.at(phase.name), PhaseRun(phase.name, ""))
    phase.build(state, context.task, context.streams)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled), context)
    assert torch.equal(state.modules["extra"].weight, before)
    assert not state.modules["extra"].weight.requires_grad


def test_two_parts_are_summed_and_their_gradient_norms_recorded() -> None:
    parts = (LossPart(Pull(1.0, "soft")), LossPart(Pull(100.0, "hard")))
    _, context = run(Pretrain("both", parts))
    soft, hard = context.log["gradient_norms"][0]
    assert hard == pytest.approx(100 * soft, rel=1e-3)


def test_balanced_parts_pull_equally_hard() -> None:
    """Under `norm` the weights of the parts do not matter; under `none` they do."""

    def trained(scale: float, balance: str) -> dict[str, Tensor]:
        parts = (LossPart(Pull(1.0, "a")), LossPart(CrossLike(scale)))
        state, _ = run(Pretrain("both", parts, balance=balance), BUDGET.model_copy(update={"clip": 1e9}))  # type: ignore[arg-type]
        return {n: t.clone() for n, t in state.backbone.model.state_dict().items()}

    def apart(balance: str) -> float:
        first, second = trained(1.0, balance), trained(1000.0, balance)
        return max(float((first[n] - second[n]).abs().max()) for n in first if first[n].is_floating_point())

    assert apart("norm") < 0.3 * apart("none")  # not 0: the overall size of the gradient still meets Adam's epsilon


@dataclass(frozen=True)
class CrossLike(Objective):
    scale: float

    def terms(self, step: Step) -> dict[str, Term]:
        return {"spread": Term(self.scale * (step.encode().mean() - 1).square(), count=1)}


def test_the_encoder_and_the_head_have_rates_of_their_own_and_only_matrices_decay() -> None:
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    phase = FineTune(CrossEntropy())
    phase.build(state, small_task(small_split()), Streams(0, 0).at(phase.name))
    plan = ResolvedSchedule(steps=1, batch=1, lr_encoder=0.25, lr_head=0.5, warmup=0.0, weight_decay=0.125, epsilon=1e-6, betas=(0.5, 0.75))
    optimizer = make_optimizer(phase, state, plan)
    found = [(id(p), (group.rate, group.decay)) for group in optimizer.groups for p in group.parameters]
    wanted = {}
    for rate, module in ((0.25, state.backbone), (0.5, state.modules["head"])):
        for name, parameter in module.named_parameters():
            spared = name.endswith("bias") or "LayerNorm" in name
            wanted[id(parameter)] = (rate, 0.0 if spared else 0.125)
    assert dict(found) == wanted
    assert len(found) == len(wanted)
    assert set(wanted.values()) == {(0.25, 0.125), (0.25, 0.0), (0.5, 0.125), (0.5, 0.0)}
    assert (optimizer.epsilon, optimizer.betas) == (1e-6, (0.5, 0.75))


def test_a_loss_that_is_no_number_ends_the_run_with_an_alarm() -> None:
    with pytest.raises(NonFiniteLoss, match=r"'boom' is .* at step 0"):
        run(FineTune(Explode()))


def test_best_on_dev_chooses_among_the_logging_steps_and_the_phase_ends_with_the_chosen_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    considered: dict[int, dict[str, Tensor]] = {}

    def noted(self: BestOnDev, index: int) -> None:
        considered[index] = {name: tensor.clone() for name, tensor in self.state.tensors().items()}
        consider(self, index)

    consider = BestOnDev.consider
    monkeypatch.setattr(BestOnDev, "consider", noted)
    state, context = run(FineTune(CrossEntropy()), BUDGET.model_copy(update={"steps": 20, "selection": "best-dev"}))
    assert set(considered) == log_steps(20, 10)
    chosen = context.log["selected_step"]
    assert chosen < 19  # else there is nothing to restore
    assert all(torch.equal(considered[chosen][name], tensor) for name, tensor in state.tensors().items())


def test_last_is_the_default_and_looks_at_no_development_label() -> None:
    split = small_split()
    assert split.dev.labels is not None
    wrong = replace(split, dev=replace(split.dev, labels=1 - split.dev.labels))
    one, _ = run(FineTune(CrossEntropy()), split=split)
    tensors = {n: t.clone() for n, t in one.tensors().items()}
    other, _ = run(FineTune(CrossEntropy()), split=wrong)
    assert all(torch.equal(tensors[n], t) for n, t in other.tensors().items())


def test_epochs_count_passes_over_the_first_feed() -> None:
    _, context = run(FineTune(CrossEntropy(), schedule=Schedule(epochs=3)))
    assert context.log["plan"]["steps"] == 6  # 16 examples in batches of 8


def test_the_log_has_the_terms_at_each_logging_step() -> None:
    _, context = run(FineTune(CrossEntropy()))
    assert len(context.log["terms"]["ce"]) == BUDGET.steps
    assert context.log["terms"]["ce"][-1] < context.log["terms"]["ce"][0]
