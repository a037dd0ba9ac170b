"""Fine-tuning with class weights: the simplest correction of class imbalance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, TaskInfo, methods


@methods.register("ce-weighted")
@dataclass(frozen=True)
class WeightedFineTuning(Method):
    """Fine-tuning with each example weighted by n / (K n_y), from the training labels."""

    family: ClassVar[Family] = "baseline"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with weighted examples."""
        return [FineTune(CrossEntropy(balanced=True))]
