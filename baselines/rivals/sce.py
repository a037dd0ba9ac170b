"""SCE: cross-entropy and reverse cross-entropy, for false labels (Wang et al., ICCV 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.symmetric_cross_entropy import ReverseCrossEntropy
from benchmark import CrossEntropy, Family, FineTune, Method, Phase, TaskInfo, Weighted, methods, searchable


@methods.register("sce")
@dataclass(frozen=True)
class SymmetricFineTuning(Method):
    """Fine-tuning with symmetric cross-entropy, alpha CE + beta RCE (Wang et al. 2019).

    Args:
        alpha: weight of cross-entropy.
        beta: weight of reverse cross-entropy, with log 0 = log 1e-4.
    """

    family: ClassVar[Family] = "rival"
    alpha: float = searchable(0.1, choices=(0.1, 0.5, 1.0, 6.0), low=0.0)
    beta: float = searchable(1.0, choices=(0.1, 1.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; both terms share one forward pass."""
        return [FineTune(Weighted((self.alpha, CrossEntropy()), (self.beta, ReverseCrossEntropy())))]
