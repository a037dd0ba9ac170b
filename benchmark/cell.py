"""A cell of the grid: what all arms of a comparison share. Tables, splits, costs and reports use this one type."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from typing import Any, Literal

from benchmark.config.shorthand import default_sampler
from benchmark.records.spec import Imbalance, NoiseSpec, RunSpec, shown_shots

Unlabelled = int | Literal["pool"]

_TAIL = re.compile(r"tail:([^:]+):([0-9]+)")


@total_ordering
@dataclass(frozen=True)
class Cell:
    """Task x shots x noise x imbalance x sampler x unlabelled text: what all arms of a comparison share. They sort by task, size, noise.

    Args:
        sampler: None stands for the default of the task's number of classes, which is not known before its data is read.
    """

    task: str
    shots: str
    noise: NoiseSpec | None = None
    imbalance: Imbalance | None = None
    sampler: str | None = None
    unlabelled: Unlabelled = 0

    @classmethod
    def of_spec(cls, spec: RunSpec) -> Cell:
        """The cell that a run belongs to."""
        split = spec.split
        return cls(spec.task.name, split.shots, spec.noise, split.imbalance, spec.sampler, split.unlabelled)

    @classmethod
    def of_row(cls, row: Mapping[Any, Any]) -> Cell:
        """The cell of a row of the results frame."""
        level = row["noise_level"]
        noise = (str(row["noise_kind"]), math.nan if level is None else float(level), str(row["noise_where"]), str(row["noise_size"]))
        return _parsed(str(row["task"]), str(row["shots"]), noise if noise[0] else None, str(row["sampler"]), str(row["unlabelled"]))

    @property
    def size(self) -> str:
        """The shots as tables print them; for a long tail its ratio and the size of its largest class too."""
        return shown_shots(self.shots, self.imbalance)

    @property
    def noise_text(self) -> str:
        """The noise as `type:level`, with the location where it is not the training data; "" for clean."""
        noise = self.noise
        return "" if noise is None else f"{noise.kind}:{noise.level:g}" + ("" if noise.where == "train" else f" ({noise.where})")

    @property
    def lines(self) -> tuple[str, ...]:
        """The heading of the cell's column: task, shots, noise, and a sampler other than `natural`."""
        size = f"N = {self.size}" if self.size.isdigit() else self.size
        return (self.task, size, self.noise_text, "" if self.sampler in (None, "natural") else str(self.sampler))

    @property
    def label(self) -> str:
        """The cell in one line: `sst2 N = 20 label-flip:0.2`."""
        return " ".join(line for line in self.lines if line)

    @property
    def file_name(self) -> str:
        """The label in characters that every file system takes."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.label)

    @property
    def examples(self) -> float:
        """The shots as a number to sort by; what is no plain number comes last."""
        return float(self.size) if self.size.isdigit() else math.inf

    def sampler_for(self, n_classes: int) -> str:
        """The cell's sampler: the one requested, else the default for this number of classes."""
        return self.sampler or default_sampler(n_classes)

    def __lt__(self, other: Cell) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Any, ...]:
        noise = self.noise
        noisy = ("", 0.0, "", "") if noise is None else (noise.kind, noise.level, noise.where, noise.size)
        return (self.task, self.examples, self.size, noisy, self.sampler or "", str(self.unlabelled))


@lru_cache(maxsize=4096)
def _parsed(task: str, shots: str, noise: tuple[str, float, str, str] | None, sampler: str, unlabelled: str) -> Cell:
    tail = _TAIL.fullmatch(shots)
    return Cell(
        task,
        "all" if tail else shots,
        None if noise is None else NoiseSpec.model_validate(dict(zip(("kind", "level", "where", "size"), noise, strict=True))),
        Imbalance(ratio=float(tail[1]), largest=int(tail[2])) if tail else None,
        sampler,
        "pool" if unlabelled == "pool" else int(unlabelled or 0),
    )
