"""Co-teaching: two networks that filter false labels for each other (Han et al., NeurIPS 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.small_loss_exchange import SmallLossExchange
from benchmark import Family, FineTune, Method, Phase, TaskInfo, bounded, methods, searchable


@methods.register("co-teaching")
@dataclass(frozen=True)
class CoTeaching(Method):
    """Two encoders with heads of their own exchange the examples of small loss; the first one predicts (Han et al. 2018).

    Args:
        noise: the share of examples left out in the end; what is known or guessed of the share of false labels.
        ramp: passes over the training data during which that share rises from 0.
    """

    family: ClassVar[Family] = "rival"
    noise: float = searchable(0.2, choices=(0.1, 0.2, 0.3, 0.4), low=0.0, high=0.9)
    ramp: float = bounded(10.0, low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase of both networks."""
        return [FineTune(SmallLossExchange(self.noise, self.ramp))]
