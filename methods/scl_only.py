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
from methods.losses.supcon import MultiViewSupCon, Reduction, SupCon


@methods.register("scl-only")
@dataclass(frozen=True)
class SupervisedContrastiveOnly(Method):
    """Supervised contrastive training alone, then a linear classifier on the frozen encoder.

    The first stage has the step budget of a fine-tuning run. By default it is the loss of `scl` without cross-entropy. SupCL-Seq itself
    adds views of each example under other dropout rates: its code has `dropouts=(0.0, 0.05, 0.2)` and `temperature=0.05`.

    Args:
        temperature: tau of the first stage.
        reduction: as in `scl`.
        dropouts: dropout rates of further views of each example, beside the one under the encoder's own rate; each costs a pass.
        second_stage: `probe`, logistic regression on frozen features; `head`, the shared head by gradient descent on the frozen
            encoder; `full`, cross-entropy through head and encoder.
    """

    temperature: float = searchable(0.3, choices=(0.05, 0.1, 0.3, 0.5, 0.7), low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))
    dropouts: tuple[float, ...] = bounded((), low=0.0, high=0.99)
    second_stage: Literal["probe", "head", "full"] = bounded("probe", among=("probe", "head", "full"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """The contrastive phase, then the classifier."""
        loss = SupCon(self.temperature, self.reduction)
        if self.dropouts:
            loss = MultiViewSupCon(self.temperature, self.reduction, self.dropouts)
        return [Pretrain("contrast", (LossPart(loss),), Schedule()), self._classifier()]

    def _classifier(self) -> Phase:
        if self.second_stage == "probe":
            return LinearProbe()
        return FineTune(CrossEntropy(), freeze_encoder=self.second_stage == "head")
