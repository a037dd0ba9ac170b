"""GCE: a loss between cross-entropy and absolute error, for false labels (Zhang and Sabuncu, NeurIPS 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.generalized_cross_entropy import GeneralizedCrossEntropy
from benchmark import Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("gce")
@dataclass(frozen=True)
class RobustFineTuning(Method):
    """Fine-tuning with generalized cross-entropy, (1 - p_y^q) / q (Zhang and Sabuncu 2018).

    Args:
        q: towards 0 the loss is cross-entropy, at 1 it is absolute error.
    """

    family: ClassVar[Family] = "rival"
    q: float = searchable(0.7, choices=(0.3, 0.5, 0.7, 0.9), low=1e-3, high=1.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with the loss in place of cross-entropy."""
        return [FineTune(GeneralizedCrossEntropy(self.q))]
