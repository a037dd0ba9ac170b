"""`mixout` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.losses.mixed_weights import MixedWeights
from baselines.rivals.mixout import Mixout
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert Mixout(p=0.8).phases(task) == [FineTune(MixedWeights(0.8))]
    assert (Mixout.family, Mixout.salt) == ("rival", "")


def test_it_learns_with_half_of_the_input_columns_pre_trained(state: State, data: TrainingData, context: Context, task: TaskInfo) -> None:
    (phase,) = Mixout(p=0.5).phases(task)
    phase.build(state, task, context.streams)
    phase.fit(state, data, context)
    sizes = context.log["terms"]["ce"]
    assert sizes[-1] < sizes[0]
    assert context.alarms == []
