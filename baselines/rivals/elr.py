"""ELR: early-learning regularisation, for false labels (Liu et al., NeurIPS 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.early_learning import EarlyLearning
from benchmark import Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("elr")
@dataclass(frozen=True)
class EarlyLearningFineTuning(Method):
    """Fine-tuning with CE + weight log(1 - <t, p>), t a running mean of an example's predictions (Liu et al. 2020).

    Args:
        momentum: beta of the running mean.
        weight: lambda.
    """

    family: ClassVar[Family] = "rival"
    momentum: float = searchable(0.7, choices=(0.5, 0.7, 0.9, 0.99), low=0.0, high=0.9999)
    weight: float = searchable(3.0, choices=(1.0, 3.0, 7.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; the running means live as long as it does."""
        return [FineTune(EarlyLearning(self.momentum, self.weight))]
