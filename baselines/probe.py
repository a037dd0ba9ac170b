"""A linear classifier on the pre-trained encoder, without fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import Family, LinearProbe, Method, Phase, TaskInfo, methods, searchable


@methods.register("probe")
@dataclass(frozen=True)
class Probe(Method):
    """Logistic regression on the pooled features of the frozen pre-trained encoder: what fine-tuning of any type must beat.

    Args:
        C: inverse strength of the L2 penalty.
    """

    family: ClassVar[Family] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset()
    C: float = searchable(1.0, low=1e-3, high=1e3, log=True)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One linear probe on the pre-trained encoder."""
        return [LinearProbe(C=self.C)]
