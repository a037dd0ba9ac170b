"""The cell of a report: a cell of the grid, and the metric that its runs are scored by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, ClassVar

from benchmark.cell import Cell


@dataclass(frozen=True)
class ScoredCell(Cell):
    """A cell as the rows of the results frame tell it.

    Args:
        metric: the primary metric.
        apart: what distinguishes this cell from another one of the same task, shots and noise (its data, say); "" where there is none.
    """

    metric: str = "accuracy"
    apart: str = ""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("task", "shots", "noise_kind", "noise_level", "noise_where", "noise_size", "sampler", "unlabelled", "metric"),
    )

    @classmethod
    def of_row(cls, row: Mapping[Any, Any]) -> ScoredCell:
        """The cell of a row of the results frame."""
        return _scored(Cell.of_row(row), str(row["metric"]), str(row.get("apart", "")))

    @property
    def lines(self) -> tuple[str, ...]:
        """The heading of the cell's column, with what sets the cell apart in its last line."""
        return (*super().lines, self.apart)

    @property
    def panel(self) -> str:
        """The task, with all that cells of one curve over shots or noise share beside it."""
        return " ".join(part for part in (self.task, super().lines[3], self.apart) if part)

    @property
    def noise_level(self) -> float:
        """The level of the noise, 0 for clean."""
        return 0.0 if self.noise is None else self.noise.level

    @property
    def _order(self) -> tuple[Any, ...]:
        return (*super()._order, self.metric, self.apart)


@lru_cache(maxsize=4096)
def _scored(cell: Cell, metric: str, apart: str) -> ScoredCell:
    return ScoredCell(**{field.name: getattr(cell, field.name) for field in fields(cell)}, metric=metric, apart=apart)
