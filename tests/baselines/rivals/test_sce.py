"""`sce` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.losses.symmetric_cross_entropy import ReverseCrossEntropy
from baselines.rivals.sce import SymmetricFineTuning
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy
from benchmark.training.losses.weighted import Weighted


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert SymmetricFineTuning().phases(task) == [FineTune(Weighted((0.1, CrossEntropy()), (1.0, ReverseCrossEntropy())))]
    assert (SymmetricFineTuning.family, SymmetricFineTuning.salt) == ("rival", "")
