"""`ce-smoothing` differs from `ce` in its smoothed labels alone."""

from __future__ import annotations

from baselines.ce_smoothing import SmoothedFineTuning
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy


def test_only_the_objective_differs_from_ce() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    assert SmoothedFineTuning().phases(task) == [FineTune(CrossEntropy(smoothing=0.1))]
    assert (SmoothedFineTuning.family, SmoothedFineTuning.salt) == ("baseline", "")
