"""A cell of the grid: one task with so many labels, this noise and this sampler, scored by one metric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import total_ordering
from typing import Any, ClassVar


@total_ordering
@dataclass(frozen=True)
class CellKey:
    """Where runs of several arms meet.

    Args:
        noise: `kind:level`, with the place behind it where it is not the training data; "" for clean.
    """

    task: str
    shots: str
    noise_kind: str = ""
    noise_level: float = 0.0
    noise_where: str = ""
    sampler: str = "natural"
    metric: str = "accuracy"

    COLUMNS: ClassVar[tuple[str, ...]] = ("task", "shots", "noise_kind", "noise_level", "noise_where", "sampler", "metric")

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> CellKey:
        """The cell of a tidy row."""
        level = row["noise_level"]
        clean = level is None or math.isnan(level)
        return cls(**{name: str(row[name]) for name in cls.COLUMNS if name != "noise_level"}, noise_level=0.0 if clean else float(level))

    @property
    def noise(self) -> str:
        """The noise in words, "" for clean."""
        if not self.noise_kind:
            return ""
        place = "" if self.noise_where in ("", "train") else f" ({self.noise_where})"
        return f"{self.noise_kind}:{self.noise_level:g}{place}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The heading of its column: task, shots, noise, and a sampler that is not the natural one."""
        shots = f"N = {self.shots}" if self.shots.isdigit() else self.shots
        return (self.task, shots, self.noise, "" if self.sampler == "natural" else self.sampler)

    @property
    def label(self) -> str:
        """The cell in one line."""
        return " ".join(line for line in self.lines if line)

    @property
    def file_name(self) -> str:
        """The cell in characters that every file system takes."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.label)

    @property
    def examples(self) -> float:
        """The shots as a number to sort by; what is no plain number comes last."""
        return float(self.shots) if self.shots.isdigit() else math.inf

    def __lt__(self, other: CellKey) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Any, ...]:
        return (self.task, self.examples, self.shots, self.noise_kind, self.noise_level, self.noise_where, self.sampler, self.metric)
