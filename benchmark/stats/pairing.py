"""Pairing: from the tidy frame to the paired, independent units of one cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError, unknown

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
READ = ["split_seed", "seed", "status", "value", "n_train", "n_test", "init_seed"]  # what pairing reads of a row

Seed = (
    int | tuple[int, int] | None
)  # of training: (seed, seed of the initialisation) where a design crosses the two; None where none is drawn
Label = tuple[int, Seed]  # split seed, training seed


class Run(NamedTuple):
    """One run as pairing sees it: its score, its status, whether it collapsed."""

    value: float
    status: str
    collapsed: bool


@dataclass(frozen=True)
class ArmRuns:
    """All planned runs of one arm in one cell, by (split, seed).

    Args:
        largest: examples of its largest training set; None where no run tells.
    """

    name: str
    runs: Mapping[Label, Run]
    largest: int | None = None


@dataclass(frozen=True)
class Missing:
    """A unit that one arm lacks: which arm, and why (`missing`, `failed`, ...)."""

    variant: str
    split_seed: int
    seed: Seed
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
    labels: tuple[Label, ...]
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
NOT_PLANNED = "not planned"  # of a unit that one arm alone was planned for: one of them has more seeds than the other
_ABSENT = Run(math.nan, NOT_PLANNED, False)


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


def runs_of(name: str, rows: Iterable[Mapping[Any, Any]], majority: float | None = None) -> ArmRuns:
    """The runs of one arm in one cell.

    Args:
        rows: its rows, with the columns `READ`.
        majority: the score of always naming the most frequent class of the test set, for `has_collapsed`; where None, no run counts as
            collapsed.

    Raises:
        UserError: several runs on one (split, seed).
    """
    runs: dict[Label, Run] = {}
    sizes = []
    for row in rows:
        seed, init, size = plain(row["seed"]), plain(row.get("init_seed")), plain(row["n_train"])
        label = label_of(int(row["split_seed"]), _whole(seed), _whole(init))
        if label in runs:
            raise UserError(f"{name!r} has two runs on split {label[0]}, seed {label[1]} in one cell.", "One.", "Give one suite.")
        status = "no score" if row["status"] == "done" and not math.isfinite(row["value"]) else str(row["status"])
        runs[label] = Run(row["value"], status, status == "done" and has_collapsed(row["value"], int(row["n_test"]), majority))
        sizes += [] if size is None else [int(str(size))]
    return ArmRuns(name, runs, max(sizes, default=None))


def has_collapsed(value: float, n_test: int, majority: float | None) -> bool:
    """Whether a run collapsed: at most one standard error (`chance_error`) above the score of always naming the most frequent class.

    The only definition: reports, conclusions and comparisons count by it. It needs the labels of the test set, since records do not hold
    the majority score; where that is not known (`majority` None), nothing is counted, and a report says so.
    """
    if majority is None:
        return False
    return value <= majority + chance_error(majority, n_test)


def chance_error(majority: float, n_test: int) -> float:
    """Standard error, on `n_test` examples, of a score at the level of always naming the most frequent class.

    Binomial for a share of right answers, and near enough for macro-F1. Where naming one class scores 0, as with a correlation (MCC), a
    classifier without any knowledge scatters around 0 with 1 / sqrt(n).
    """
    return 1 / math.sqrt(n_test) if majority == 0 else math.sqrt(majority * (1 - majority) / n_test)


def label_of(split: int, seed: int | None, init: int | None = None) -> Label:
    """The label of a run.

    Args:
        init: seed of the initialisation where a design crosses it with order and dropout; None: it follows `seed`.
    """
    return (split, seed if seed is None or init is None else (seed, init))


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def plain(value: object) -> object:
    """None for what pandas calls missing."""
    return None if value is None or type(value).__name__ == "NAType" or value != value else value


def pair(first: ArmRuns, second: ArmRuns, *, pool: int | None = None) -> PairedUnits:
    """Pair a method (`first`) with a baseline in the same cell.

    The unit is the (split, seed) pair where each split has one seed, the mean of a split's pairs where it has several, and the seed on
    a fixed training set: one split, or training sets that are all but the whole pool. An arm that draws no seed stands beside every
    seed of its split. What is planned decides, not what is there, so that a failed run changes no unit.

    Args:
        pool: size of the pool that training sets are drawn from, for the overlap of training sets.
    """
    pairs = list(_pairs(first.runs, second.runs))
    finished = [(label, x, y) for label, x, y in pairs if x.status == y.status == "done"]
    missing = [
        Missing(arm.name, *label, run.status) for label, x, y in pairs for arm, run in ((first, x), (second, y)) if run.status != "done"
    ]
    unit, overlap = _unit([label for label, _, _ in pairs]), _overlap(first, second, pool)
    fixed = unit == "seed" or overlap > OVERLAP_IS_ALL
    groups = _grouped(finished, by_split=unit == "split mean" and not fixed)
    counted = overlap if overlap > OVERLAP_COUNTS and not fixed else 0.0
    return PairedUnits(
        method=first.name,
        baseline=second.name,
        a=np.array(
            [group[0][1].value if len(group) == 1 else fmean(x.value for _, x, _ in group) for group in groups.values()], dtype=float
        ),
        b=np.array(
            [group[0][2].value if len(group) == 1 else fmean(y.value for _, _, y in group) for group in groups.values()], dtype=float
        ),
        labels=tuple(groups),
        unit="seed" if fixed else unit,
        conditional="conditional on this training set" if fixed else "",
        runs=len(finished),
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
    for split, seed in sorted(labels, key=_order):
        if seed is None and split in seeded:
            continue
        x, y = (runs.get((split, seed)) or runs.get((split, None)) or _ABSENT for runs in (first, second))
        yield (split, seed), x, y


def _order(label: Label) -> tuple[int, ...]:
    split, seed = label
    return (split,) if seed is None else (split, seed) if isinstance(seed, int) else (split, *seed)


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
