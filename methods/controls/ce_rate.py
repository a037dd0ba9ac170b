"""Cross-entropy at another learning rate of the encoder: what a method's gain may be if its terms only change the size of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, Schedule, TaskInfo, methods, searchable


@methods.register("ce-rate")
@dataclass(frozen=True)
class ScaledRateFineTuning(Method):
    """`ce` with the encoder's learning rate multiplied by a factor; the head keeps its own.

    Args:
        rate: the factor; 1 is `ce`. Made for the sweep over 1/4, 1/2, 1, 2 and 4.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("scl", "cat")
    rate: float = searchable(0.5, choices=(0.25, 0.5, 1.0, 2.0, 4.0), low=1e-6)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(CrossEntropy(), schedule=Schedule(encoder_rate=self.rate))]
