"""Rivals that are the shared fine-tuning phase with another objective, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from baselines.ce import FineTuning
from baselines.rivals.co_teaching import CoTeaching
from baselines.rivals.elr import EarlyLearningFineTuning
from baselines.rivals.fgm import FastGradientTraining
from baselines.rivals.freelb import FreeLargeBatch
from baselines.rivals.gce import RobustFineTuning
from baselines.rivals.losses.dropout_consistency import DropoutConsistency
from baselines.rivals.losses.early_learning import EarlyLearning
from baselines.rivals.losses.embedding_attack import AscentAttack, OneStepAttack
from baselines.rivals.losses.generalized_cross_entropy import GeneralizedCrossEntropy
from baselines.rivals.losses.mixed_weights import MixedWeights
from baselines.rivals.losses.small_loss_exchange import SmallLossExchange
from baselines.rivals.losses.symmetric_cross_entropy import ReverseCrossEntropy
from baselines.rivals.mixout import Mixout
from baselines.rivals.rdrop import RDrop
from baselines.rivals.sce import SymmetricFineTuning
from benchmark.contract.method import Method
from benchmark.contract.objective import Objective
from benchmark.contract.task_info import TaskInfo
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy
from benchmark.training.losses.weighted import Weighted


@pytest.mark.parametrize(
    ("method", "objective"),
    [
        (RDrop(alpha=0.5), DropoutConsistency(0.5)),
        (RobustFineTuning(q=0.5), GeneralizedCrossEntropy(0.5)),
        (SymmetricFineTuning(), Weighted((0.1, CrossEntropy()), (1.0, ReverseCrossEntropy()))),
        (EarlyLearningFineTuning(weight=1.0), EarlyLearning(0.7, 1.0)),
        (CoTeaching(noise=0.4), SmallLossExchange(0.4, 10.0)),
        (Mixout(p=0.8), MixedWeights(0.8)),
        (FastGradientTraining(epsilon=0.5), OneStepAttack(0.5)),
        (FreeLargeBatch(ascents=3), AscentAttack(0.1, 3, 1.0, 0.6)),
    ],
)
def test_only_the_objective_differs_from_ce(method: Method, objective: Objective, task: TaskInfo) -> None:
    (phase,) = method.phases(task)
    assert isinstance(phase, FineTune)
    assert phase.objective == objective
    assert [dataclasses.replace(phase, objective=CrossEntropy())] == FineTuning().phases(task)
    assert (method.family, method.salt) == ("rival", "")
