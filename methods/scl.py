"""SCL: cross-entropy plus a supervised contrastive term (Gunel, Du, Conneau and Stoyanov, ICLR 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark import CrossEntropy, FineTune, Method, Phase, TaskInfo, Weighted, bounded, methods, searchable
from methods.losses.supcon import Reduction, SupCon


@methods.register("scl")
@dataclass(frozen=True)
class SupervisedContrastive(Method):
    """Cross-entropy plus supervised contrastive learning: (1 - w) CE + w SCL (Gunel et al. 2021).

    Args:
        weight: w in [0, 1]; 0.9 is what the paper's best few-shot models use. At 1 nothing trains the classifier.
        temperature: tau; 0.3 in the same models.
        reduction: `mean` over anchors with a positive, so that both terms are means; `sum` as the paper prints it.
    """

    weight: float = searchable(0.9, choices=(0.1, 0.3, 0.5, 0.7, 0.9), low=0.0, high=1.0)
    temperature: float = searchable(0.3, choices=(0.1, 0.3, 0.5, 0.7), low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; both terms share one forward pass."""
        contrast = SupCon(self.temperature, self.reduction)
        return [FineTune(Weighted((1 - self.weight, CrossEntropy()), (self.weight, contrast)))]
