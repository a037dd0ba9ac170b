"""`gce` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.gce import RobustFineTuning
from baselines.rivals.losses.generalized_cross_entropy import GeneralizedCrossEntropy
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert RobustFineTuning(q=0.5).phases(task) == [FineTune(GeneralizedCrossEntropy(0.5))]
    assert (RobustFineTuning.family, RobustFineTuning.salt) == ("rival", "")
