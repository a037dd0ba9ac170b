"""The checkpoint that a phase ends with: the best on the development data, the earliest of equals."""

from __future__ import annotations

import numpy as np
import torch

from benchmark.checks.tiny_run import small_split, small_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.predictor import Predictor, Scores
from benchmark.contract.state import State
from benchmark.data.examples import Examples
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.checkpoint_selection import BestOnDev
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy

BUDGET = Budget(steps=4, batch=8, lr_encoder=1e-3, lr_head=1e-2, selection="best-dev")


def answering(labels: np.ndarray, right: int) -> Predictor:
    """A predictor that gives the first `right` of these labels and the other class for the rest."""

    def predictor(examples: Examples) -> Scores:
        chosen = np.where(np.arange(len(labels)) < right, labels, 1 - labels)
        return np.eye(2, dtype=np.float32)[chosen]

    return predictor


def test_the_weights_of_the_best_step_are_restored_and_of_equals_the_earliest() -> None:
    split, phase = small_split(), FineTune(CrossEntropy())
    assert split.dev.labels is not None
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    context = Context(small_task(split), BUDGET, "natural", Streams(0, 0).at(phase.name), PhaseRun(phase.name, ""))
    best = BestOnDev(phase, state, TrainingData(split.train, split.dev, split.unlabelled), context)
    weights = next(state.backbone.parameters()).detach()
    for index, right in enumerate([2, 7, 7, 5]):
        state.predictor = answering(split.dev.labels, right)
        weights.fill_(index)
        best.consider(index)
    best.restore()
    assert context.log["selected_step"] == 1
    assert torch.equal(weights, torch.ones_like(weights))
