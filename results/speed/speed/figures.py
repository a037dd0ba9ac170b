"""What a section of the comparison found: ratios with their goals, tables of details, and what a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ratio:
    """One measured comparison: how often ours fits into the other.

    Args:
        what: the two things compared.
        ours, other: seconds of the same work.
        goal: the smallest ratio aimed at; None: there is none, and the ratio is only told.
    """

    what: str
    ours: float
    other: float
    goal: float | None = None

    @property
    def value(self) -> float:
        """other / ours."""
        return self.other / self.ours

    @property
    def held(self) -> bool | None:
        """Whether the goal was reached; None where there is none."""
        return None if self.goal is None else self.value >= self.goal

    @property
    def verdict(self) -> str:
        """`held`, `missed`, or nothing."""
        return {None: "", True: "held", False: "missed"}[self.held]


@dataclass(frozen=True)
class Details:
    """A table under a section."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Section:
    """One part of the comparison.

    Args:
        name: what `--only` calls it.
        notes: how it was measured, and what is not alike on both sides.
    """

    name: str
    title: str
    ratios: Sequence[Ratio] = ()
    details: Sequence[Details] = ()
    notes: Sequence[str] = field(default_factory=tuple)
