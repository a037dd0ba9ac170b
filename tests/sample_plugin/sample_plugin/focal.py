"""Fine-tuning with the focal loss (Lin et al., ICCV 2017): examples that are already right count less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from benchmark import FineTune, Method, Objective, Phase, Step, TaskInfo, Term, methods, searchable


@dataclass(frozen=True)
class Focal(Objective):
    """Mean of -(1 - p)^gamma log p, with p the probability of the true class (eq. 4, without class weights)."""

    gamma: float

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `focal`, averaged over the batch."""
        assert step.labels is not None
        log_p = torch.log_softmax(step.logits(step.encode()).float(), dim=1).gather(1, step.labels[:, None]).squeeze(1)
        return {"focal": Term((-((1 - log_p.exp()) ** self.gamma) * log_p).mean(), count=len(step.labels))}


@methods.register("focal")
@dataclass(frozen=True)
class FocalFineTuning(Method):
    """Fine-tuning with the focal loss (Lin et al. 2017).

    Args:
        gamma: 0 is cross-entropy; 2 is the paper's best.
    """

    gamma: float = searchable(2.0, choices=(0.5, 1.0, 2.0, 5.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One phase, as in `ce`."""
        return [FineTune(Focal(self.gamma))]
