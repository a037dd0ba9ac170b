"""`fgm` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

import pytest

from baselines.rivals.fgm import FastGradientTraining
from baselines.rivals.losses.embedding_attack import OneStepAttack
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.records.alarms import INERT_ATTACK
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert FastGradientTraining(epsilon=0.5).phases(task) == [FineTune(OneStepAttack(0.5))]
    assert (FastGradientTraining.family, FastGradientTraining.salt) == ("rival", "")


@pytest.mark.parametrize(
    ("method", "alarms"), [(FastGradientTraining(epsilon=0.05), []), (FastGradientTraining(epsilon=1e-6), [INERT_ATTACK])]
)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_an_attack_that_is_not_felt_raises_the_alarm(
    method: FastGradientTraining, alarms: list[str], precision: str, state: State, data: TrainingData, context: Context, task: TaskInfo
) -> None:
    state.backbone.precision = precision
    (phase,) = method.phases(task)
    phase.build(state, task, context.streams)
    phase.fit(state, data, context)
    state.backbone.precision = "fp32"
    assert context.alarms == alarms
