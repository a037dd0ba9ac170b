"""`probe` is logistic regression on the untouched encoder."""

from __future__ import annotations

from baselines.probe import Probe
from benchmark.contract.task_info import TaskInfo
from benchmark.training.linear_probe import LinearProbe


def test_it_is_one_regression_that_draws_nothing() -> None:
    (phase,) = Probe(C=3.0).phases(TaskInfo("toy", ("a", "b"), False, 4, 0, 0))
    assert phase == LinearProbe(C=3.0)
    assert (Probe.streams, Probe.family) == (frozenset(), "baseline")
