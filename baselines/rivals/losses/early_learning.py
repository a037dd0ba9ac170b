"""Early-learning regularisation: predictions stay near their own running mean (Liu et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import Objective, Step, Term, UserError

EDGE = 1e-4  # predictions are clipped to [EDGE, 1 - EDGE], so that the logarithm stays finite


@dataclass(frozen=True)
class EarlyLearning(Objective):
    """CE + weight times the mean of log(1 - <t_i, p_i>), t_i the running mean of the predictions p_i for training example i.

    Args:
        momentum: beta in [0, 1): t <- beta t + (1 - beta) p, from t = 0.
        weight: lambda, at least 0.
    """

    momentum: float = 0.7
    weight: float = 3.0

    def __post_init__(self) -> None:
        if not (0 <= self.momentum < 1 and self.weight >= 0):
            raise UserError(
                f"momentum = {self.momentum}, weight = {self.weight}.",
                "The momentum lies in [0, 1), the weight is 0 or larger.",
                "0.7 and 3 are the values of the authors' code for CIFAR-10.",
            )

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce` and `early_learning`, means over the B examples."""
        assert step.labels is not None
        scores = step.logits(step.encode()).float()
        predicted = torch.softmax(scores, dim=1).clamp(EDGE, 1 - EDGE)
        means = step.memory("early-learning", lambda: torch.zeros(step.n_rows, step.n_classes, device=step.device))
        means[step.rows] = running_mean(means[step.rows], predicted.detach(), self.momentum)
        n = len(step.labels)
        return {
            "ce": Term(F.cross_entropy(scores, step.labels), count=n),
            "early_learning": Term(disagreement(means[step.rows], predicted), self.weight, n),
        }


def running_mean(means: Tensor, predicted: Tensor, momentum: float) -> Tensor:
    """beta t + (1 - beta) p of [B, K] each, p rescaled to sum 1."""
    return momentum * means + (1 - momentum) * predicted / predicted.sum(1, keepdim=True)


def disagreement(means: Tensor, predicted: Tensor) -> Tensor:
    """Mean of log(1 - <t, p>) over rows [B, K]: the smaller, the more a prediction agrees with its running mean."""
    return torch.log(1 - (means * predicted).sum(1)).mean()
