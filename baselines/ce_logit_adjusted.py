"""Fine-tuning with logit adjustment (Menon et al., ICLR 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import CrossEntropy, Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("ce-logit-adjusted")
@dataclass(frozen=True)
class AdjustedFineTuning(Method):
    """Fine-tuning with tau log(class share) added to the logits in training, not in prediction (Menon et al. 2021, eq. 10).

    Args:
        tau: 1 makes the loss consistent for balanced accuracy.
    """

    family: ClassVar[Family] = "baseline"
    tau: float = searchable(1.0, choices=(0.5, 1.0, 1.5, 2.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with adjusted logits."""
        return [FineTune(CrossEntropy(adjustment=self.tau))]
