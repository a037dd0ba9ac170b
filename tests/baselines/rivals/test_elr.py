"""`elr` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.elr import EarlyLearningFineTuning
from baselines.rivals.losses.early_learning import EarlyLearning
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert EarlyLearningFineTuning(weight=1.0).phases(task) == [FineTune(EarlyLearning(0.7, 1.0))]
    assert (EarlyLearningFineTuning.family, EarlyLearningFineTuning.salt) == ("rival", "")
