"""The encoder as it came, and a linear classifier on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmark import LinearProbe, Method, Phase, TaskInfo, methods, searchable


@methods.register("probe")
@dataclass(frozen=True)
class Probe(Method):
    """Logistic regression on the frozen, untouched encoder's pooled features: what fine-tuning of any kind must beat.

    Args:
        C: inverse strength of the L2 penalty.
    """

    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset()
    C: float = searchable(1.0, low=1e-3, high=1e3, log=True)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One linear probe on the encoder as it came."""
        return [LinearProbe(C=self.C)]
