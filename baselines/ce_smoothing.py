"""Fine-tuning with smoothed labels: the usual regulariser against over-confident fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("ce-smoothing")
@dataclass(frozen=True)
class SmoothedFineTuning(Method):
    """Fine-tuning with label smoothing (Szegedy et al. 2016, section 7).

    Args:
        smoothing: share of the target that is spread evenly over the classes.
    """

    family: ClassVar[Family] = "baseline"
    smoothing: float = searchable(0.1, choices=(0.05, 0.1, 0.2), low=0.0, high=0.99)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with smoothed labels."""
        return [FineTune(CrossEntropy(smoothing=self.smoothing))]
