"""The runs of one arm in one cell: scores, units, alarms."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from benchmark.stats.pairing import ArmRuns, Label, plain, runs_of
from reports.results.scored_cell import ScoredCell


class Unit(NamedTuple):
    """What two arms share when they are compared: the split, the seed where the method draws one (-1: none), and the seed of the
    initialisation where a design crosses it with order and dropout (-1: it follows the seed)."""

    split: int
    seed: int
    init: int = -1

    @classmethod
    def of(cls, label: Label) -> Unit:
        """The unit with a label of `benchmark.stats.pairing`."""
        split, seed = label
        return cls(split, *seed) if isinstance(seed, tuple) else cls(split, -1 if seed is None else seed)


@dataclass(frozen=True)
class Runs:
    """The runs of one arm in one cell.

    Args:
        rows: theirs in the tidy frame, planned ones included.
    """

    arm: str
    cell: ScoredCell
    rows: tuple[Mapping[Any, Any], ...]

    @property
    def planned(self) -> int:
        """How many were planned."""
        return len(self.rows)

    @cached_property
    def done(self) -> list[Mapping[Any, Any]]:
        """Those that finished with a finite score."""
        return [row for row in self.rows if row["status"] == "done" and math.isfinite(row["value"])]

    @cached_property
    def units(self) -> list[Unit]:
        """The unit of every finished run, in the order of `done`."""
        return [_unit(row) for row in self.done]

    @cached_property
    def scores(self) -> dict[Unit, float]:
        """Unit -> the primary metric on the test set, as a fraction of 1."""
        return dict(zip(self.units, self.column("value"), strict=True))

    @cached_property
    def dev(self) -> dict[Unit, float]:
        """Unit -> the primary metric on the development set; a run without one is not there."""
        return {unit: value for unit, value in zip(self.units, self.column("dev_value"), strict=True) if math.isfinite(value)}

    @cached_property
    def keys(self) -> dict[Unit, str]:
        """Unit -> the key of its record."""
        return dict(zip(self.units, self.column("key"), strict=True))

    def shared(self, other: Runs) -> tuple[Unit, ...]:
        """Its finished units whose partner has finished too; an arm without seeds stands beside every seed of its split."""
        whole = {unit.split for unit in other.units if unit.seed == -1}
        splits, there = {unit.split for unit in other.units}, set(other.units)
        return tuple(unit for unit in self.units if unit in there or unit.split in whole or (unit.seed == -1 and unit.split in splits))

    def column(self, name: str) -> list[Any]:
        """A column over the finished runs, in the order of `done`."""
        return [row[name] for row in self.done]

    def mean(self, name: str) -> float | None:
        """The mean of a column over the finished runs that have a value there."""
        values = [float(value) for value in self.column(name) if plain(value) is not None]
        return statistics.fmean(values) if values else None

    def median(self, name: str) -> float | None:
        """The median of a column over the finished runs that have a value there: for seconds, which a pause can only lengthen."""
        values = [float(value) for value in self.column(name) if plain(value) is not None]
        return statistics.median(values) if values else None

    @property
    def failed(self) -> int:
        """How many ended with an error."""
        return sum(row["status"] not in ("done", "missing") for row in self.rows)

    @property
    def partial(self) -> bool:
        """Whether any of its runs had fewer rows than the original task has."""
        return any(row["partial"] for row in self.rows)

    @property
    def cut(self) -> bool:
        """Whether the length cap cut more than 1 % of the test texts of any of its runs."""
        shares = [(plain(row["n_test_cut"]), row["n_test"]) for row in self.done]
        return any(int(str(cut)) > 0.01 * int(size) for cut, size in shares if cut is not None)

    @cached_property
    def alarms(self) -> Counter[str]:
        """Alarm -> how many runs raised it."""
        return Counter(alarm for row in self.rows if row["alarms"] != "[]" for alarm in json.loads(row["alarms"]))

    def of_pairs(self, majority: float | None) -> ArmRuns:
        """The runs as pairing takes them; `majority`: the rate under which a run counts as collapsed."""
        if majority not in self._of_pairs:
            self._of_pairs[majority] = runs_of(self.arm, self.rows, majority)
        return self._of_pairs[majority]

    @cached_property
    def _of_pairs(self) -> dict[float | None, ArmRuns]:
        return {}


def _unit(row: Mapping[Any, Any]) -> Unit:
    seed, init = (-1 if (value := plain(row.get(name))) is None else int(str(value)) for name in ("seed", "init_seed"))
    return Unit(int(row["split_seed"]), seed, init)
