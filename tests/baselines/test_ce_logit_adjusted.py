"""`ce-logit-adjusted` differs from `ce` in its adjusted logits alone."""

from __future__ import annotations

from baselines.ce_logit_adjusted import AdjustedFineTuning
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy


def test_only_the_objective_differs_from_ce() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    assert AdjustedFineTuning().phases(task) == [FineTune(CrossEntropy(adjustment=1.0))]
    assert (AdjustedFineTuning.family, AdjustedFineTuning.salt) == ("baseline", "")
