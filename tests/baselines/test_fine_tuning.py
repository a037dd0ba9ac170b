"""The fine-tuning baselines differ from `ce` in the one thing their name says."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from baselines.ce import FineTuning
from baselines.ce_logit_adjusted import AdjustedFineTuning
from baselines.ce_matched import MatchedFineTuning
from baselines.ce_null import NullFineTuning
from baselines.ce_oversampled import Oversample, OversampledFineTuning
from baselines.ce_smoothing import SmoothedFineTuning
from baselines.ce_weighted import WeightedFineTuning
from benchmark.contract.method import Method
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.records.spec import Budget
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy

TASK = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
BUDGET = Budget(steps=60, batch=16, lr_encoder=1e-4, lr_head=1e-3)


def phase_of(method: Method, task: TaskInfo = TASK) -> FineTune:
    (phase,) = method.phases(task)
    assert isinstance(phase, FineTune)
    return phase


@pytest.mark.parametrize(
    ("method", "objective"),
    [
        (FineTuning(), CrossEntropy()),
        (NullFineTuning(), CrossEntropy()),
        (SmoothedFineTuning(), CrossEntropy(smoothing=0.1)),
        (WeightedFineTuning(), CrossEntropy(balanced=True)),
        (AdjustedFineTuning(), CrossEntropy(adjustment=1.0)),
        (OversampledFineTuning(), CrossEntropy()),
    ],
)
def test_each_baseline_is_the_fine_tuning_phase_with_its_own_objective(method: Method, objective: CrossEntropy) -> None:
    phase = phase_of(method)
    assert phase.objective == objective
    assert dataclasses.replace(phase, objective=CrossEntropy(), augment=None) == phase_of(FineTuning())


def test_only_the_null_arm_breaks_the_pairing_and_only_by_its_salt() -> None:
    assert (FineTuning.salt, NullFineTuning.salt) == ("", "null")
    assert phase_of(NullFineTuning()) == phase_of(FineTuning())


def test_only_oversampling_changes_the_training_data() -> None:
    assert phase_of(OversampledFineTuning()).augment == Oversample()
    assert phase_of(FineTuning()).augment is None


def test_families() -> None:
    families = {m.family for m in (FineTuning, SmoothedFineTuning, WeightedFineTuning, AdjustedFineTuning, OversampledFineTuning)}
    assert families == {"baseline"}
    assert (NullFineTuning.family, MatchedFineTuning.family) == ("null", "matched")


@pytest.mark.parametrize("to", ["three-phase", "cat"])
def test_the_matched_arm_names_whom_it_matches(to: str) -> None:
    assert MatchedFineTuning(to=to).matched_to() == to


def test_the_matched_arm_spends_what_the_other_method_does() -> None:
    matched: Any = dataclasses.replace(TASK, matched=Cost(3000, 3400))
    phase = phase_of(MatchedFineTuning(), matched)
    cost = phase.cost(matched, BUDGET)
    assert phase.plan(matched, BUDGET).steps == 200
    assert cost.forward + cost.backward == 6400
