"""SetFit as a whole: its phases, and that the pair phase moves the encoder as its target says."""

from __future__ import annotations

from baselines.rivals.losses.pair_cosine import PairCosine
from baselines.rivals.sampled_pairs import SampledPairs
from baselines.rivals.setfit import SetFit
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.training.gradient_phase import Pretrain
from benchmark.training.linear_probe import LinearProbe


def test_one_pass_over_the_pairs_and_a_regression(task: TaskInfo, context: Context) -> None:
    pairs, probe = SetFit(iterations=5, C=2.0).phases(task)
    assert isinstance(pairs, Pretrain)
    (part,) = pairs.parts
    assert (part.objective, part.feed) == (PairCosine(), SampledPairs(5))
    plan = pairs.plan(task, context.budget)
    assert (plan.steps, plan.batch, plan.lr_encoder, plan.warmup) == (8, 16, 2e-5, 0.1)  # 2 R n / 16 = 7.5
    assert probe == LinearProbe(C=2.0, pair_features="sequence")


def test_training_brings_equal_classes_together(state: State, data: TrainingData, context: Context, task: TaskInfo) -> None:
    pairs, probe = SetFit(lr=1e-3).phases(task)
    pairs.build(state, task, context.streams)
    pairs.fit(state, data, context)
    sizes = context.log["terms"]["pair_cosine"]
    assert sizes[-1] < sizes[0] / 2
    assert context.alarms == []
    probe.fit(state, data, context)
    assert state.predictor is not None
    assert (state.predictor(data.dev).argmax(1) == data.dev.labels).mean() == 1.0
