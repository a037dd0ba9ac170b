"""Plain fine-tuning: the arm that every other one is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmark import CrossEntropy, FineTune, Method, Phase, TaskInfo, methods


@methods.register("ce")
@dataclass(frozen=True)
class FineTuning(Method):
    """Fine-tuning of encoder and linear head with cross-entropy."""

    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "baseline"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(CrossEntropy())]
