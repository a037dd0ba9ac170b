"""Fine-tuning with class weights: the plain answer to unequal classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmark import CrossEntropy, FineTune, Method, Phase, TaskInfo, methods


@methods.register("ce-weighted")
@dataclass(frozen=True)
class WeightedFineTuning(Method):
    """Fine-tuning with each example weighted by n / (K n_y), from the training labels."""

    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "baseline"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with weighted examples."""
        return [FineTune(CrossEntropy(balanced=True))]
