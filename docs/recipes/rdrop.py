"""Recipe: a consistency term between two dropout passes (R-Drop: Liang et al., NeurIPS 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch.nn.functional as F

from benchmark import FineTune, Method, Objective, Phase, Step, TaskInfo, Term, methods, searchable


@dataclass(frozen=True)
class ConsistentCrossEntropy(Objective):
    """Mean cross-entropy of two passes, plus alpha times the symmetric KL divergence between their predictions."""

    alpha: float

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce` and `consistency`."""
        assert step.labels is not None
        first = step.logits(step.encode()).float().log_softmax(1)
        second = step.logits(step.encode(fresh=True)).float().log_softmax(1)  # other dropout masks: a second pass
        ce = (F.nll_loss(first, step.labels) + F.nll_loss(second, step.labels)) / 2
        there = F.kl_div(first, second, reduction="batchmean", log_target=True)
        back = F.kl_div(second, first, reduction="batchmean", log_target=True)
        return {"ce": Term(ce, count=len(step.labels)), "consistency": Term((there + back) / 2, self.alpha, len(step.labels))}

    def cost(self) -> tuple[float, float]:
        """Two forward and two backward passes of each example."""
        return (2.0, 2.0)


@methods.register("recipe-rdrop")
@dataclass(frozen=True)
class ConsistentFineTuning(Method):
    """Fine-tuning with a consistency term between two dropout passes.

    Args:
        alpha: weight of the consistency term.
    """

    family = "rival"
    alpha: float = searchable(0.5, choices=(0.1, 0.5, 1.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(ConsistentCrossEntropy(self.alpha))]
