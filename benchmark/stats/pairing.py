"""From the tidy frame to the paired, independent units of one cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError, unknown
from benchmark.stats.arm_runs import READ, ArmRuns, Label, Run, runs_of

if TYPE_CHECKING:
    import pandas as pd

# What makes a cell, as columns of `benchmark.records.frame.COLUMNS`. Rows of one cell agree in all of them. Encoder and compute are
# not among them: the profile fixes them, and an arm without an encoder belongs to the same cell as the others.
CELL = [
    *("suite", "profile", "protocol", "task", "task_source", "partial", "shots", "noise_kind", "noise_level", "noise_where", "sampler"),
    "n_unlabelled",
]
OVERLAP_COUNTS = 0.1  # a training set above this share of its pool: two splits are no longer independent
OVERLAP_IS_ALL = 0.9  # above this share, another split is the same training set in all but name


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
        unit: `(split, seed) pair`, `split mean`, `split` (no arm draws a seed) or `seed` (one training set).
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


_Pair = tuple[Label, Run, Run]
_ABSENT = Run(math.nan, "not planned", False)


def paired_units(rows: pd.DataFrame, method: str, baseline: str, *, pool: int | None = None, majority: float | None = None) -> PairedUnits:
    """`pair` on two variants of a frame.

    Args:
        rows: rows of one cell: equal in all columns of `CELL`.
        method, baseline: values of the column `variant`.
        pool: as in `pair`.
        majority: as in `runs_of`.

    Raises:
        UserError: a variant that the cell does not have, rows of several cells, or several runs of one arm on one (split, seed).
    """
    _one_cell(rows)
    arms = rows[rows["role"] == "arm"]
    for name in (method, baseline):
        if name not in set(arms["variant"]):
            raise unknown("variant", name, {str(known) for known in rows["variant"]})
    first, second = (runs_of(name, arms.loc[arms["variant"] == name, READ].to_dict("records"), majority) for name in (method, baseline))
    return pair(first, second, pool=pool)


def pair(first: ArmRuns, second: ArmRuns, *, pool: int | None = None) -> PairedUnits:
    """Pair a method (`first`) with a baseline in the same cell.

    The unit is the (split, seed) pair where each split has one seed, the mean of a split's pairs where it has several, and the seed on
    a fixed training set: one split, or training sets that are all but the whole pool. An arm that draws no seed stands beside every
    seed of its split. What is planned decides, not what is there, so that a failed run changes no unit.

    Args:
        pool: size of the pool that training sets are drawn from, for the overlap of training sets.
    """
    pairs = list(_pairs(first.runs, second.runs))
    kept = [(label, x, y) for label, x, y in pairs if x.status == y.status == "done"]
    missing = [
        Missing(arm.name, *label, run.status) for label, x, y in pairs for arm, run in ((first, x), (second, y)) if run.status != "done"
    ]
    unit, overlap = _unit([label for label, _, _ in pairs]), _overlap(first, second, pool)
    fixed = unit == "seed" or overlap > OVERLAP_IS_ALL
    groups = _grouped(kept, by_split=unit == "split mean" and not fixed)
    counted = overlap if overlap > OVERLAP_COUNTS and not fixed else 0.0
    return PairedUnits(
        method=first.name,
        baseline=second.name,
        a=np.array([fmean(x.value for _, x, _ in group) for group in groups.values()], dtype=float),
        b=np.array([fmean(y.value for _, _, y in group) for group in groups.values()], dtype=float),
        labels=tuple(groups),
        unit="seed" if fixed else unit,
        conditional="conditional on this training set" if fixed else "",
        runs=len(kept),
        missing=tuple(dict.fromkeys(missing)),
        variance_factor=nadeau_bengio(len(groups), counted),
        overlap=counted,
        collapsed_a=tuple(any(x.collapsed for _, x, _ in group) for group in groups.values()),
        collapsed_b=tuple(any(y.collapsed for _, _, y in group) for group in groups.values()),
    )


def nadeau_bengio(n: int, overlap: float) -> float:
    """Variance of the mean of n results over their sample variance, where each two correlate by `overlap`: 1 / n + r / (1 - r).

    Two training sets of N drawn from a pool of P share N / P of their examples on average; a score that sums over training examples
    then correlates by r = N / P from split to split. Seeds and order only lower it, so the factor is on the safe side (Nadeau and
    Bengio 2003, with the share of common training examples in place of their share of test examples). Infinite for n = 0.
    """
    return math.inf if n == 0 else 1 / n + overlap / (1 - overlap)


def _one_cell(rows: pd.DataFrame) -> None:
    several = [name for name in CELL if rows[name].nunique(dropna=False) > 1]
    if several:
        raise UserError(f"These rows differ in {', '.join(several)}.", "Rows of one cell.", "Give those of one cell alone.")


def _pairs(first: Mapping[Label, Run], second: Mapping[Label, Run]) -> Iterator[_Pair]:
    """All planned pairs, in order; an arm without seeds stands beside every seed of the other."""
    labels = {*first, *second}
    seeded = {split for split, seed in labels if seed is not None}
    for split, seed in sorted(labels, key=lambda label: (label[0], -1 if label[1] is None else label[1])):
        if seed is None and split in seeded:
            continue
        x, y = (runs.get((split, seed)) or runs.get((split, None)) or _ABSENT for runs in (first, second))
        yield (split, seed), x, y


def _unit(planned: list[Label]) -> str:
    splits = [split for split, _ in planned]
    if all(seed is None for _, seed in planned):
        return "split"
    if len(splits) == len(set(splits)):
        return "(split, seed) pair"
    return "seed" if len(set(splits)) == 1 else "split mean"


def _overlap(first: ArmRuns, second: ArmRuns, pool: int | None) -> float:
    sizes = [size for size in (first.largest, second.largest) if size is not None]
    return max(sizes) / pool if pool and sizes else 0.0


def _grouped(pairs: list[_Pair], by_split: bool) -> dict[Label, list[_Pair]]:
    groups: dict[Label, list[_Pair]] = {}
    for pair in pairs:
        split, seed = pair[0]
        groups.setdefault((split, None) if by_split else (split, seed), []).append(pair)
    return groups
