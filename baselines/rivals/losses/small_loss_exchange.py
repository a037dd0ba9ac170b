"""Two networks that each choose the examples on which the other one trains: those of small loss (Han et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import SECOND_ENCODER, SECOND_HEAD, EncoderVariant, Objective, Step, Term, UserError


@dataclass(frozen=True)
class SmallLossExchange(Objective):
    """Cross-entropy of each of two networks over the examples of the batch on which the other network's loss is smallest.

    Args:
        noise: tau in [0, 1), the share of examples that is left out in the end.
        ramp: passes over the training data during which that share rises linearly from 0.
    """

    noise: float
    ramp: float = 10.0
    second_network: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not (0 <= self.noise < 1 and self.ramp >= 0):
            raise UserError(
                f"noise = {self.noise}, ramp = {self.ramp}.",
                "The noise lies in [0, 1), the ramp is 0 or larger.",
                "Give the share of false labels, as far as it is known.",
            )

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce_first` and `ce_second`; the examples left out are their `skipped`."""
        assert step.labels is not None
        n = len(step.labels)
        second = step.encode(variant=EncoderVariant(network=SECOND_ENCODER))
        scores = (step.logits(step.encode()), step.logits(second, head=SECOND_HEAD))
        losses = [F.cross_entropy(each.float(), step.labels, reduction="none") for each in scores]
        kept = n_kept(n, self.noise, self.ramp, epochs=step.index * n / step.n_rows)
        chosen = [smallest(each, kept) for each in losses]
        return {
            "ce_first": Term(losses[0][chosen[1]].mean(), count=kept, skipped=n - kept),
            "ce_second": Term(losses[1][chosen[0]].mean(), count=kept, skipped=n - kept),
        }

    def cost(self) -> tuple[float, float]:
        """A pass through each network."""
        return (2.0, 2.0)


def n_kept(n: int, noise: float, ramp: float, epochs: float) -> int:
    """How many of n examples each network chooses after some passes over the data: 1 - tau min(passes / ramp, 1) of them, at least one."""
    share = noise * min(epochs / ramp, 1.0) if ramp else noise
    return max(1, int((1 - share) * n + 1e-9))


def smallest(losses: Tensor, count: int) -> Tensor:
    """Positions int64 [count] of the smallest of the losses [B]; of equal ones, the first."""
    return torch.argsort(losses.detach(), stable=True)[:count]
