"""Supervised contrastive training first, a classifier after it (as in SupCL-Seq: Sedghamiz et al., Findings of EMNLP 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark import (
    CrossEntropy,
    FineTune,
    LinearProbe,
    LossPart,
    Method,
    Phase,
    Pretrain,
    Schedule,
    TaskInfo,
    bounded,
    methods,
    searchable,
)
from methods.losses.supcon import Reduction, SupCon


@methods.register("scl-only")
@dataclass(frozen=True)
class SupervisedContrastiveOnly(Method):
    """Supervised contrastive training alone, then a linear classifier on the frozen encoder.

    The first stage has the step budget of a fine-tuning run. It is the loss of `scl` without cross-entropy; SupCL-Seq also
    adds copies of each example under other dropout masks, which is left out here.

    Args:
        temperature: tau of the first stage.
        reduction: as in `scl`.
        second_stage: `probe`, logistic regression on frozen features; `head`, the shared head by gradient descent on the frozen
            encoder; `full`, cross-entropy through head and encoder.
    """

    temperature: float = searchable(0.3, choices=(0.05, 0.1, 0.3, 0.5, 0.7), low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))
    second_stage: Literal["probe", "head", "full"] = bounded("probe", among=("probe", "head", "full"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """The contrastive phase, then the classifier."""
        contrast = Pretrain("contrast", (LossPart(SupCon(self.temperature, self.reduction)),), Schedule())
        return [contrast, self._classifier()]

    def _classifier(self) -> Phase:
        if self.second_stage == "probe":
            return LinearProbe()
        return FineTune(CrossEntropy(), freeze_encoder=self.second_stage == "head")
