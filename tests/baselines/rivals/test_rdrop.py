"""`rdrop` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.losses.dropout_consistency import DropoutConsistency
from baselines.rivals.rdrop import RDrop
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert RDrop(alpha=0.5).phases(task) == [FineTune(DropoutConsistency(0.5))]
    assert (RDrop.family, RDrop.salt) == ("rival", "")
