"""Fine-tuning that may spend as much compute as the method it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, Schedule, TaskInfo, methods


@methods.register("ce-matched")
@dataclass(frozen=True)
class MatchedFineTuning(Method):
    """`ce` with the step count whose forward plus backward passes equal the declared cost of another method.

    Args:
        to: the registered name of that method.
    """

    family: ClassVar[Family] = "matched"
    to: str = "three-phase"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase whose steps `TaskInfo.matched` pays for."""
        return [FineTune(CrossEntropy(), schedule=Schedule(matched=True))]

    def matched_to(self) -> str:
        """The method whose cost is matched."""
        return self.to
