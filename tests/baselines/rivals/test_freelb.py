"""`freelb` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

import pytest

from baselines.rivals.freelb import FreeLargeBatch
from baselines.rivals.losses.embedding_attack import AscentAttack
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.records.alarms import INERT_ATTACK
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert FreeLargeBatch(ascents=3).phases(task) == [FineTune(AscentAttack(0.1, 3, 1.0, 0.6))]
    assert (FreeLargeBatch.family, FreeLargeBatch.salt) == ("rival", "")


@pytest.mark.parametrize(
    ("method", "alarms"), [(FreeLargeBatch(rate=0.05, start=0.05), []), (FreeLargeBatch(rate=1e-6, start=0.0), [INERT_ATTACK])]
)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_an_attack_that_is_not_felt_raises_the_alarm(
    method: FreeLargeBatch, alarms: list[str], precision: str, state: State, data: TrainingData, context: Context, task: TaskInfo
) -> None:
    state.backbone.precision = precision
    (phase,) = method.phases(task)
    phase.build(state, task, context.streams)
    phase.fit(state, data, context)
    state.backbone.precision = "fp32"
    assert context.alarms == alarms
