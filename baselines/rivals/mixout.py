"""Mixout: fine-tuning that falls back to pre-trained weights at random (Lee, Cho and Kang, ICLR 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.mixed_weights import MixedWeights
from benchmark import Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("mixout")
@dataclass(frozen=True)
class Mixout(Method):
    """Fine-tuning with the encoder's linear weights mixed with the pre-trained ones instead of dropout (Lee et al. 2020).

    Args:
        p: the probability of the pre-trained weights, per input neuron.
    """

    family: ClassVar[Family] = "rival"
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})
    p: float = searchable(0.9, choices=(0.7, 0.8, 0.9), low=0.0, high=0.999)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; predictions use the trained weights unmixed."""
        return [FineTune(MixedWeights(self.p))]
