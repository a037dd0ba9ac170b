"""Reverse cross-entropy: labels and predictions change places (Wang et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmark import Objective, Step, Term, UserError

LOG_ZERO = -9.210340371976182  # log 1e-4, which stands in for the logarithm of a label's zeros


@dataclass(frozen=True)
class ReverseCrossEntropy(Objective):
    """Mean of -sum_k p_k log q_k, q the one-hot label with log 0 replaced by a constant A: -A (1 - p_y).

    Args:
        log_zero: A, below 0.
    """

    log_zero: float = LOG_ZERO

    def __post_init__(self) -> None:
        if not self.log_zero < 0:
            raise UserError(f"log_zero = {self.log_zero}.", "It is below 0.", "log 1e-4 is the value of the authors' code.")

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `rce`."""
        assert step.labels is not None
        value = reverse_cross_entropy(step.logits(step.encode()).float(), step.labels, self.log_zero)
        return {"rce": Term(value, count=len(step.labels))}


def reverse_cross_entropy(logits: Tensor, labels: Tensor, log_zero: float = LOG_ZERO) -> Tensor:
    """Mean of -A (1 - p_y) over logits [B, K] and labels int64 [B]: the mass on all other classes, times -A."""
    others = torch.softmax(logits, dim=1).scatter(1, labels[:, None], 0.0)
    return -log_zero * others.sum(1).mean()
