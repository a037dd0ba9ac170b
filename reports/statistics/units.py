"""From the tidy frame to the paired, independent units of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy import float64
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

# What makes a cell, as columns of `benchmark.records.frame.COLUMNS`. Rows of one cell agree in all of them.
CELL = [
    *("suite", "profile", "protocol", "task", "task_source", "partial", "shots", "noise_kind", "noise_level", "noise_where", "sampler"),
    *("n_unlabelled", "encoder", "device", "precision", "threads", "metric"),
]


@dataclass(frozen=True)
class Missing:
    """A unit that one arm lacks: which arm, and why (`missing`, `failed`, ...)."""

    variant: str
    split_seed: int
    seed: int | None
    status: str


@dataclass(frozen=True)
class PairedUnits:
    """Two arms on the same independent units of one cell.

    Args:
        method, baseline: names of the variants.
        a, b: their scores [n], in the order of `labels`.
        labels: (split_seed, seed) of each unit; seed None where the unit is a split mean, or draws no seed.
        unit: `(split, seed) pair`, `split mean` or `seed`.
        conditional: `conditional on this training set`, or empty.
        runs: how many paired runs stand behind the units.
        missing: units that one arm lacks; they are left out of a and b, and must be shown.
        variance_factor: variance of the mean over s^2: 1 / n, or Nadeau and Bengio's where training sets overlap.
        overlap: share of a training set that two splits have in common on average (N / pool); 0 where it is unknown or at most 10 %.
        collapsed_a, collapsed_b: whether any run of the unit collapsed [n].
    """

    method: str
    baseline: str
    a: NDArray[float64]
    b: NDArray[float64]
    labels: tuple[tuple[int, int | None], ...]
    unit: str
    conditional: str
    runs: int
    missing: tuple[Missing, ...]
    variance_factor: float
    overlap: float
    collapsed_a: tuple[bool, ...]
    collapsed_b: tuple[bool, ...]

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.labels)


def cells(frame: pd.DataFrame) -> list[tuple[dict[str, object], pd.DataFrame]]:
    """The frame cut into cells, in order of first appearance: (values of `CELL`, rows). The metric of a missing run is its cell's."""
    raise NotImplementedError


def paired_units(rows: pd.DataFrame, method: str, baseline: str, *, pool: int | None = None, majority: float | None = None) -> PairedUnits:
    """Pair two variants of one cell.

    Args:
        rows: rows of one cell (`cells`).
        method, baseline: values of the column `variant`.
        pool: size of the pool that training sets are drawn from, for the overlap of training sets.
        majority: the majority rate of the test set; a run at most one standard error above it counts as collapsed. Where None, runs
            with the alarm `at or below majority` or `constant predictions` do.

    Raises:
        UserError: a variant that the cell does not have, rows of several cells, or several trials of one arm.
    """
    raise NotImplementedError
