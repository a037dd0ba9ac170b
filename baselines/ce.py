"""Plain fine-tuning: the arm that every other arm is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, TaskInfo, methods


@methods.register("ce")
@dataclass(frozen=True)
class FineTuning(Method):
    """Fine-tuning of encoder and linear head with cross-entropy."""

    family: ClassVar[Family] = "baseline"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(CrossEntropy())]
