"""What planned looks mean for the numbers of a report: p-values and intervals that stay valid though the data decided when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from benchmark.cell import Cell
from benchmark.stats.intervals import Interval
from benchmark.stats.paired import Comparison, ComparisonState
from benchmark.stats.sequential.boundaries import efficacy_levels, sequential_p
from benchmark.stats.sequential.error_spending import Spending

METHOD = "repeated confidence interval"


@dataclass(frozen=True)
class StoppedLooks:
    """The looks of a block, as its furthest manifest has them.

    A manifest of an older release has no spending function: its looks shared alpha equally, and p is multiplied by their number.

    Args:
        design: `design["looks"]` of the manifest.
    """

    design: Mapping[str, Any]

    @property
    def spending(self) -> Spending | None:
        """How alpha was spent over the looks; None where they shared it equally."""
        return self.design.get("spending")

    @cached_property
    def fractions(self) -> tuple[float, ...]:
        """Share of the planned seeds at each look."""
        seeds = self.design["seeds"]
        return tuple(one / seeds[-1] for one in seeds)

    @cached_property
    def _last(self) -> dict[tuple[str, str], int]:
        """(arm, cell) -> its last look, from 0."""
        order = {seeds: number for number, seeds in enumerate(self.design["seeds"])}
        return {(row["arm"], row["cell"]): order[row["seeds"]] for row in self.design.get("table", [])}

    def named(self, cell: Cell) -> str:
        """A cell of the results as the manifest names it. A plan does not know a sampler that follows from the number of classes, nor what
        else sets cells of the results apart."""
        whole = " ".join(line for line in cell.lines[:4] if line)
        return whole if any(where == whole for _, where in self._last) else " ".join(line for line in cell.lines[:3] if line)

    def number(self, arm: str, cell: str) -> int:
        """The last look at a comparison, from 0; of an arm that is no claim, the furthest in its cell; the first where none was taken."""
        here = [number for (_, where), number in self._last.items() if where == cell]
        return self._last.get((arm, cell), max(here, default=0))

    def level(self, alpha: float, arm: str, cell: str) -> float:
        """The level that the last look at a comparison has, where all looks together have `alpha`."""
        if self.spending is None:
            return alpha / len(self.fractions)
        return efficacy_levels(alpha, self.fractions, self.spending)[self.number(arm, cell)]

    def p(self, p: float, arm: str, cell: str) -> float:
        """A p that is valid after stopping, from the plain one at the last look."""
        if self.spending is None:
            return min(1.0, p * len(self.fractions))
        return sequential_p(p, self.number(arm, cell), self.fractions, self.spending)

    def widened(self, found: Comparison, wide: Comparison) -> Comparison:
        """A comparison with the interval of `wide`, the same comparison at the level of its look."""
        ends = wide.interval
        if ends is None or found.interval is None or found.state is ComparisonState.NONE:
            return found
        named = f"{METHOD}, {ends.method}"
        return replace(found, interval=Interval(ends.value, ends.low, ends.high, found.interval.level, ends.unit, ends.n, named))
