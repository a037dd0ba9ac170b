"""`co-teaching` is the shared fine-tuning phase with its own objective, and nothing else."""

from __future__ import annotations

from baselines.rivals.co_teaching import CoTeaching
from baselines.rivals.losses.small_loss_exchange import SmallLossExchange
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune


def test_only_the_objective_differs_from_ce(task: TaskInfo) -> None:
    assert CoTeaching(noise=0.4).phases(task) == [FineTune(SmallLossExchange(0.4, 10.0))]
    assert (CoTeaching.family, CoTeaching.salt) == ("rival", "")
