"""`ce-matched` spends what the method that it is matched to spends."""

from __future__ import annotations

import dataclasses

import pytest

from baselines.ce_matched import MatchedFineTuning
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.records.spec import Budget
from benchmark.training.fine_tune import FineTune


@pytest.mark.parametrize("to", ["three-phase", "cat"])
def test_it_names_the_method_that_it_is_matched_to(to: str) -> None:
    assert MatchedFineTuning(to=to).matched_to() == to
    assert MatchedFineTuning.family == "matched"


def test_its_passes_are_those_of_the_other_method() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0, matched=Cost(3000, 3400))
    budget = Budget(steps=60, batch=16, lr_encoder=1e-4, lr_head=1e-3)
    (phase,) = MatchedFineTuning().phases(task)
    assert isinstance(phase, FineTune)
    cost = phase.cost(task, budget)
    assert phase.plan(task, budget).steps == 200
    assert cost.forward + cost.backward == 6400


def test_without_the_other_cost_there_is_no_schedule() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    (phase,) = MatchedFineTuning().phases(dataclasses.replace(task, matched=None))
    assert isinstance(phase, FineTune)
    with pytest.raises(ValueError, match="matched"):
        phase.plan(task, Budget(steps=60, batch=16, lr_encoder=1e-4, lr_head=1e-3))
