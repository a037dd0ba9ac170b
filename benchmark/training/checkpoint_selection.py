"""Which checkpoint a phase ends with: the last one, or, where the budget says so, the best on the development data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from benchmark.contract.phase import Context, TrainingData
from benchmark.training.gradient_phase import GradientPhase

if TYPE_CHECKING:
    from benchmark.contract.state import State


class BestOnDev:
    """Keeps the tensors with the highest development accuracy, the earliest of equals. Does nothing under `selection = "last"`."""

    def __init__(self, phase: GradientPhase, state: State, data: TrainingData, context: Context) -> None:
        self.active = context.budget.selection == "best-dev" and phase.has_head and len(data.dev) > 0
        self.state, self.dev, self.context = state, data.dev, context
        self.best, self.step = -1.0, -1
        self.best_tensors: dict[str, Tensor] = {}

    def consider(self, index: int) -> None:
        """Score the development data after step `index` and keep the tensors if no earlier score is as high."""
        if not self.active:
            return
        assert self.state.predictor is not None
        assert self.dev.labels is not None
        accuracy = float(np.mean(self.state.predictor(self.dev.without_labels()).argmax(1) == self.dev.labels))
        if accuracy > self.best:
            self.best, self.step = accuracy, index
            self.best_tensors = {name: tensor.detach().clone() for name, tensor in self.state.tensors().items()}

    def restore(self) -> None:
        """Restore the best tensors, and log which step they are from."""
        if self.active:
            self.state.load(self.best_tensors)
            self.context.log["selected_step"] = self.step
