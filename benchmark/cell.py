"""A cell of the grid: what all arms of a comparison share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmark.config.shorthand import default_sampler
from benchmark.records.spec import Imbalance, NoiseSpec

Unlabelled = int | Literal["pool"]


@dataclass(frozen=True)
class Cell:
    """Task x shots x noise x imbalance: what all arms of a comparison share."""

    task: str
    shots: str
    noise: NoiseSpec | None
    imbalance: Imbalance | None
    sampler: str | None
    unlabelled: Unlabelled

    @property
    def label(self) -> str:
        """For people: `sst2 N=20 label-flip:0.2`."""
        parts = [self.task, f"N={self.shots}" if self.imbalance is None else f"tail {self.imbalance.ratio:g}"]
        return " ".join(parts + ([f"{self.noise.kind}:{self.noise.level:g}"] if self.noise else []))

    def sampler_for(self, n_classes: int) -> str:
        """The cell's sampler: as asked for, else by the number of classes."""
        return self.sampler or default_sampler(n_classes)
