"""Diagnostics: norms and cosines against gradients taken one by one, distance from the start, clipped steps; no number changes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from benchmark.checks.tiny_run import small_split, small_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.feed import Batch
from benchmark.contract.objective import Objective, Term
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training import diagnostics
from benchmark.training.diagnostics import measuring_steps
from benchmark.training.fine_tune import FineTune
from benchmark.training.gradient_phase import GradientPhase, LossPart, Pretrain
from benchmark.training.labelled_feed import Labelled
from benchmark.training.loop import log_steps, set_modes, trainable
from benchmark.training.losses.cross_entropy import CrossEntropy
from benchmark.training.losses.weighted import Weighted
from benchmark.training.schedule import Schedule

BUDGET = Budget(steps=2, batch=8, lr_encoder=1e-3, lr_head=1e-2)
STREAMS = Streams(0, 0)


@dataclass(frozen=True)
class Shrink(Objective):
    """Pulls representations to zero; `detached` makes it inert."""

    name: str = "shrink"
    detached: bool = False

    def terms(self, step: Step) -> dict[str, Term]:
        z = step.encode()
        return {self.name: Term((z.detach() if self.detached else z).square().mean(), count=len(z))}


def fresh() -> State:
    return State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())


def trained(
    phase: GradientPhase, budget: Budget = BUDGET, trace: list[tuple[int, Mapping[str, float]]] | None = None
) -> tuple[State, Context]:
    split, state, streams = small_split(), fresh(), STREAMS.at(phase.name)
    context = Context(small_task(split), budget, "natural", streams, PhaseRun(phase.name, ""))
    if trace is not None:
        context.trace = lambda index, values: trace.append((index, dict(values)))
    phase.build(state, context.task, streams)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled), context)
    return state, context


def gradients(phase: GradientPhase, objective: Objective) -> dict[str, list[float]]:
    """The gradient of each term over the encoder in the first step, taken by itself, as one list of numbers."""
    split, state, streams = small_split(), fresh(), STREAMS.at(phase.name)
    phase.build(state, small_task(split), streams)
    set_modes(state, trainable(phase, state))
    data = TrainingData(split.train, split.dev, split.unlabelled)
    batch: Batch = next(iter(Labelled().open(data, BUDGET.batch, "natural", streams)))
    found = {}
    for name in objective.terms(Step(0, state, batch, PhaseScope(streams, 2, split.train))):
        value = objective.terms(Step(0, state, batch, PhaseScope(streams, 2, split.train)))[name].value
        parts = torch.autograd.grad(value, list(state.backbone.model.parameters()), allow_unused=True)
        found[name] = [number for part in parts if part is not None for number in part.flatten().tolist()]
    return found


def dot(one: list[float], other: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


@given(st.integers(1, 3000))
def test_terms_are_measured_at_few_logging_steps_the_last_among_them(steps: int) -> None:
    points = log_steps(steps, 10)
    found = measuring_steps(points, steps)
    assert found <= points
    assert steps - 1 in found
    assert len(found) <= max(2, steps / 20)


def test_norms_and_cosines_are_those_of_the_terms_gradients() -> None:
    objective = Weighted((0.3, CrossEntropy()), (0.5, Shrink("a")), (0.7, Shrink("b")))
    phase = FineTune(objective)
    _, context = trained(phase)
    found = context.log["diagnostics"]["terms"]
    expected = gradients(phase, Weighted((0.3, CrossEntropy()), (0.7, Shrink())))
    norms = {name: math.sqrt(dot(numbers, numbers)) for name, numbers in expected.items()}
    cosine = dot(expected["ce"], expected["shrink"]) / norms["ce"] / norms["shrink"]
    assert found["ce"]["norm"][0] == pytest.approx(norms["ce"], rel=2e-3)
    for name in ("a", "b"):  # one taken by itself, the other as what is left of the whole gradient
        assert found[name]["norm"][0] == pytest.approx(norms["shrink"], rel=2e-3)
        assert found[name]["cosine"][0] == pytest.approx(cosine, abs=2e-3)
        assert found[name]["value"] == pytest.approx(context.log["terms"][name], rel=1e-3)
    assert (found["ce"]["weight"], found["a"]["weight"], found["b"]["weight"]) == (0.3, 0.5, 0.7)
    assert "cosine" not in found["ce"]


def test_a_single_term_has_its_norm_without_its_weight() -> None:
    phase = FineTune(Weighted((0.25, CrossEntropy())))
    expected = gradients(phase, CrossEntropy())["ce"]
    found = trained(phase)[1].log["diagnostics"]["terms"]["ce"]
    assert found["norm"][0] == pytest.approx(math.sqrt(dot(expected, expected)), rel=2e-3)


def test_parts_are_measured_before_they_are_balanced() -> None:
    phase = Pretrain("both", (LossPart(Shrink("a"), 2.0), LossPart(Shrink("b"), 30.0)), balance="norm")
    found = trained(phase)[1].log["diagnostics"]["terms"]
    assert found["a"]["norm"][0] == pytest.approx(found["b"]["norm"][0], rel=2e-3)
    assert "cosine" not in found["a"]  # the phase has no cross-entropy


def test_a_detached_term_has_a_value_and_no_norm() -> None:
    objective = Weighted((0.5, CrossEntropy()), (0.5, Shrink(detached=True)))
    found = trained(FineTune(objective))[1].log["diagnostics"]["terms"]
    assert set(found["shrink"]) == {"weight", "value"}
    assert set(found["ce"]) == {"weight", "value", "norm"}


def test_drift_is_the_distance_of_the_trained_parameters_from_the_start() -> None:
    state, context = trained(FineTune(CrossEntropy(), schedule=Schedule(weight_decay=0.0)))  # without decay, absent rows stay
    start = kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").pristine
    squares = [
        float((tensor.detach().double() - start[name].double()).square().sum()) for name, tensor in state.backbone.model.named_parameters()
    ]
    assert context.log["diagnostics"]["drift"][-1] == pytest.approx(math.sqrt(math.fsum(squares)), rel=1e-3)


def test_a_frozen_encoder_has_neither_drift_nor_norms() -> None:
    found = trained(FineTune(CrossEntropy(), freeze_encoder=True))[1].log["diagnostics"]
    assert "drift" not in found
    assert "norm" not in found["terms"]["ce"]


@pytest.mark.parametrize(("clip", "share"), [(1e-6, 1.0), (1e9, 0.0)])
def test_the_share_of_clipped_steps(clip: float, share: float) -> None:
    found = trained(FineTune(CrossEntropy()), BUDGET.model_copy(update={"clip": clip}))[1].log["diagnostics"]
    assert found["clipped_share"] == share


def test_no_clipping_has_no_share() -> None:
    assert "clipped_share" not in trained(FineTune(CrossEntropy(), schedule=Schedule(clip=0.0)))[1].log["diagnostics"]


def tensors(state: State) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in state.tensors().items()}


@pytest.mark.parametrize("balance", ["none", "norm"])
def test_measuring_and_tracing_change_no_number(balance: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (LossPart(Weighted((0.5, Shrink("a")), (0.5, Shrink("c")))), LossPart(Shrink("b"), 3.0))
    phase = Pretrain("both", parts, balance=balance)  # type: ignore[arg-type]
    budget = BUDGET.model_copy(update={"steps": 10})
    monkeypatch.setattr(diagnostics, "STEPS_PER_MEASUREMENT", 1)
    often, context = trained(phase, budget, [])
    assert len(context.log["diagnostics"]["terms"]["a"]["norm"]) == 10
    expected = tensors(often)
    monkeypatch.setattr(diagnostics, "measuring_steps", lambda points, steps: set())
    monkeypatch.setattr("benchmark.training.loop.measuring_steps", lambda points, steps: set())
    seldom, _ = trained(phase, budget)
    assert all(torch.equal(expected[name], tensor) for name, tensor in tensors(seldom).items())


def test_a_trace_has_every_step() -> None:
    trace: list[tuple[int, Mapping[str, float]]] = []
    _, context = trained(FineTune(Weighted((0.5, CrossEntropy()), (0.5, Shrink()))), BUDGET.model_copy(update={"steps": 12}), trace)
    assert [index for index, _ in trace] == list(range(12))
    assert set(trace[0][1]) == {"term/ce", "term/shrink", "gradient_norm", "rate_factor"}
    assert [values["term/ce"] for _, values in trace][-1] == pytest.approx(context.log["terms"]["ce"][-1], rel=1e-3)
