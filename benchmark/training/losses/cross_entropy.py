"""Cross-entropy through the shared head, with the three classic variants: smoothed labels, class weights, adjusted logits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark.contract.objective import Objective, Term
from benchmark.contract.step import Step
from benchmark.errors import UserError


@dataclass(frozen=True)
class CrossEntropy(Objective):
    """Mean negative log-likelihood of the labels in nats, in float32; each example times its weight where the feed gives one.

    Args:
        smoothing: share of the target that is spread evenly over all K classes, in [0, 1).
        balanced: weight each example by n / (K n_y), n_y = training examples of its class. The sum over the batch is divided
            by its size, not by its weights: the mean weight over the training set is one, so a batch with one class keeps its
            weight.
        adjustment: tau of the adjusted loss (Menon et al. 2021, eq. 10): tau log(n_k / n) is added to the logits in training
            only, so that the plain logits rank classes for balanced accuracy. 0 turns it off.

    Raises:
        UserError: smoothing or adjustment is out of range.
    """

    smoothing: float = 0.0
    balanced: bool = False
    adjustment: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing < 1:
            raise UserError(f"smoothing = {self.smoothing}.", "It lies in [0, 1).", "0.1 is the usual value.")
        if not self.adjustment >= 0:
            raise UserError(f"adjustment = {self.adjustment}.", "It is zero or larger.", "1 is the value of the paper.")

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `ce`."""
        assert step.labels is not None
        logits = step.logits(step.encode())
        weights = balanced_weights(step.class_counts) if self.balanced else None
        if self.adjustment:
            logits = logits.float() + self.adjustment * log_priors(step.class_counts)
        value = cross_entropy(logits, step.labels, self.smoothing, weights, step.weights)
        return {"ce": Term(value, count=len(step.labels))}


def cross_entropy(
    logits: Tensor, labels: Tensor, smoothing: float = 0.0, weights: Tensor | None = None, of_examples: Tensor | None = None
) -> Tensor:
    """Mean over the batch of logits [B, K] against labels int64 [B]; class weights [K] and example weights [B] multiply, the divisor
    stays B."""
    losses = F.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=smoothing, reduction="none")
    return (losses if of_examples is None else losses * of_examples).mean()


def balanced_weights(counts: Tensor) -> Tensor:
    """n / (K n_k) for each class, from counts [K]. A class without examples counts as one."""
    return counts.sum() / (len(counts) * counts.clamp(min=1))


def log_priors(counts: Tensor) -> Tensor:
    """log(n_k / n) for each class, from counts [K]. A class without examples counts as one, to stay finite."""
    return torch.log(counts.clamp(min=1) / counts.sum().clamp(min=1))
