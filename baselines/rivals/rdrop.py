"""R-Drop: cross-entropy with a consistency term between two dropout passes (Liang et al., NeurIPS 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.dropout_consistency import DropoutConsistency
from benchmark import Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("rdrop")
@dataclass(frozen=True)
class RDrop(Method):
    """Fine-tuning on two dropout passes of each batch with a symmetric KL term between their predictions (Liang et al. 2021).

    Args:
        alpha: weight of the KL term.
    """

    family: ClassVar[Family] = "rival"
    alpha: float = searchable(1.0, choices=(0.1, 0.5, 1.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with two passes per step."""
        return [FineTune(DropoutConsistency(self.alpha))]
