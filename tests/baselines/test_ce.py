"""`ce` is the shared fine-tuning phase with plain cross-entropy."""

from __future__ import annotations

from baselines.ce import FineTuning
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy


def test_it_is_one_fine_tuning_phase_with_every_setting_at_its_default() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    assert FineTuning().phases(task) == [FineTune(CrossEntropy())]
    assert (FineTuning.family, FineTuning.salt) == ("baseline", "")
