"""`ce-null` is `ce` with other draws, and nothing else."""

from __future__ import annotations

from baselines.ce import FineTuning
from baselines.ce_null import NullFineTuning
from benchmark.contract.task_info import TaskInfo


def test_it_breaks_the_pairing_by_its_salt_alone() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    assert (NullFineTuning.family, NullFineTuning.salt) == ("null", "null")
    assert NullFineTuning().phases(task) == FineTuning().phases(task)
