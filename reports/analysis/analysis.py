"""Every arm against the baseline, in every cell of a block: pairs, tests, one declared family, and what stays outside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.config.toml_files import load_suite
from benchmark.errors import UserError
from benchmark.stats.example_uncertainty import ExampleUncertainty, two_way_bootstrap
from benchmark.stats.multiplicity import Family, Floor, at_floor, holm
from benchmark.stats.paired import Comparison, compare_units
from benchmark.stats.pairing import PairedUnits, pair
from benchmark.stats.power import DetectableRange, detectable_range
from reports.analysis.stopped_looks import StoppedLooks
from reports.results.blocks import Block
from reports.results.runs import Runs, Unit
from reports.results.scored_cell import ScoredCell

Scope = Literal["suite", "task"]
ALPHA = 0.05
Place = tuple[str, ScoredCell]


@dataclass(frozen=True)
class Analysis:
    """A block, compared with one of its arms.

    Args:
        against: the baseline.
        scope: whether a family spans the suite, or each task has its own. The papers' methods make one family per paper; rivals and
            sanity arms (baselines, matched compute, controls) have their own (`ArmRole.group`).
    """

    block: Block
    against: str
    scope: Scope = "suite"

    @cached_property
    def nulls(self) -> tuple[str, ...]:
        """The arms that are a baseline under other random numbers, as their methods declare (`Method.family = "null"`): no claim and in no
        family."""
        return tuple(arm for arm in self.block.arms if arm != self.against and self.block.roles[arm].is_null)

    @property
    def null(self) -> str | None:
        """The noise floor that tables and figures show; None where no arm is one, or where the block is compared with another arm than its
        suite's baseline, whose noise floor nobody measured."""
        return self.nulls[0] if self.nulls and self.against == declared_baseline(self.block) else None

    @property
    def arms(self) -> list[str]:
        """The arms that are compared: the noise floor first."""
        rest = [arm for arm in self.block.arms if arm not in (self.against, self.null)]
        return [*([self.null] if self.null else []), *rest]

    @property
    def claims(self) -> list[str]:
        """The arms that the family is about."""
        return [arm for arm in self.arms if arm not in self.nulls]

    @cached_property
    def places(self) -> list[Place]:
        """(arm, cell) of every planned comparison, in the order of tables."""
        runs = self.block.runs
        return [(arm, cell) for arm in self.arms for cell in self.block.cells if (arm, cell) in runs and (self.against, cell) in runs]

    @cached_property
    def floors(self) -> dict[ScoredCell, Floor]:
        """Cell -> whether it is at floor; a cell without a known majority rate or without scores is not there."""
        return {cell: floor for cell in self.block.cells if (floor := floor_of(self.block, cell)) is not None}

    def floored(self, cell: ScoredCell) -> bool:
        """Whether a cell is at floor, as far as that is known."""
        return cell in self.floors and self.floors[cell].at_floor

    @cached_property
    def members(self) -> dict[str, list[Place]]:
        """Family -> its comparisons: those planned, of a claim, in a cell that is not at floor."""
        found: dict[str, list[Place]] = {}
        for arm, cell in self.places:
            if arm not in self.nulls and not self.floored(cell):
                found.setdefault(self.family_name((arm, cell)), []).append((arm, cell))
        return found

    def family_name(self, place: Place) -> str:
        """The family that a comparison belongs to."""
        group, reach = self.block.roles[place[0]].group, place[1].task if self.scope == "task" else self.block.suite or "(no plan)"
        return f"{group}, {self.scope} {reach}"

    def size(self, place: Place) -> int:
        """Comparisons in the family of a comparison, at least one."""
        return max(1, len(self.members.get(self.family_name(place), [])))

    @cached_property
    def units(self) -> dict[Place, PairedUnits]:
        """(arm, cell) -> the paired units; a comparison without any run in common is not there."""
        return {place: paired(self.block, *place, self.against) for place in self.places}

    @cached_property
    def comparisons(self) -> dict[Place, Comparison]:
        """(arm, cell) -> the comparison; where looks decided how many pairs it has, with the interval that holds after stopping."""
        found = {place: compare_units(units, cells=self.size(place), alpha=ALPHA) for place, units in self.units.items()}
        if self.looks is None:
            return found
        levels = {place: 1 - self.looks.level(ALPHA, place[0], self.looks.named(place[1])) for place in found}
        return {place: self.looks.widened(one, compare_units(self.units[place], level=levels[place])) for place, one in found.items()}

    @cached_property
    def looks(self) -> StoppedLooks | None:
        """The planned looks of the block; None where the number of pairs was fixed."""
        design = self.block.design.get("looks")
        return None if design is None else StoppedLooks(design)

    @cached_property
    def families(self) -> dict[str, Family]:
        """Family -> Holm's correction over it; names are `arm | cell`."""
        return {name: holm({label(place): self._p(place) for place in places}, alpha=ALPHA) for name, places in self.members.items()}

    def _p(self, place: Place) -> float | None:
        """The p of a comparison; where looks said how many pairs it has, the one that holds after stopping."""
        p = self.comparisons[place].p
        return p if p is None or self.looks is None else self.looks.p(p, place[0], self.looks.named(place[1]))

    def adjusted(self, place: Place) -> float | None:
        """Holm's p of a comparison; None outside a family."""
        family = self.families.get(self.family_name(place))
        return None if family is None else family.adjusted.get(label(place))

    def significant(self, place: Place) -> bool:
        """Whether Holm rejects it."""
        p = self.adjusted(place)
        return p is not None and p <= ALPHA

    @cached_property
    def over_examples(self) -> dict[Place, ExampleUncertainty]:
        """(arm, cell) -> uncertainty of the test set, for comparisons with p <= alpha before correction whose predictions are there."""
        found = {}
        for place, comparison in sorted(self.comparisons.items(), key=lambda item: item[0][1]):  # cells share what is drawn
            if comparison.p is not None and comparison.p <= ALPHA and place[1].metric == "accuracy":
                uncertainty = self._over_examples(place)
                if uncertainty is not None:
                    found[place] = uncertainty
        return found

    def _over_examples(self, place: Place) -> ExampleUncertainty | None:
        arm, cell = place
        splits = tuple(sorted({split for split, _ in self.units[place].labels}))
        one, other = self.block.runs[arm, cell], self.block.runs[self.against, cell]
        mine, theirs = self._right(one, splits, one.shared(other)), self._right(other, splits, other.shared(one))
        if mine is None or theirs is None or mine.shape != theirs.shape:
            return None
        units = self.units[place]
        return two_way_bootstrap(mine, theirs, task=cell.task, variance_factor=units.variance_factor if units.overlap else None)

    def _right(self, runs: Runs, splits: tuple[int, ...], units: tuple[Unit, ...]) -> NDArray[float64] | None:
        """`correctness`, once per arm, cell and units: the baseline is asked for by every arm."""
        asked = (runs.arm, runs.cell, splits, units)
        if asked not in self._known:
            self._known[asked] = correctness(self.block, runs, list(splits), units)
        return self._known[asked]

    @cached_property
    def _known(self) -> dict[tuple[str, ScoredCell, tuple[int, ...], tuple[Unit, ...]], NDArray[float64] | None]:
        return {}

    def detectable_in(self, place: Place) -> DetectableRange | None:
        """The smallest difference that a comparison could have found; None where its pairs have no spread."""
        found = self.comparisons[place]
        if found.detectable is None or found.mean_baseline is None:
            return None
        return detectable_range(found.detectable, found.n, 1 - found.mean_baseline)

    def detectable(self) -> DetectableRange | None:
        """From the steadiest to the least steady comparison of the family."""
        found = [one for places in self.members.values() for place in places if (one := self.detectable_in(place)) is not None]
        return DetectableRange(min(one.low for one in found), max(one.high for one in found)) if found else None


def analyse(block: Block, against: str | None = None, scope: Scope = "suite") -> Analysis | None:
    """Compare a block with `against` (default: the suite's own baseline, or `ce`); None where the block has no such arm."""
    name = against or declared_baseline(block)
    return Analysis(block, name, scope) if name in block.arms else None


def declared_baseline(block: Block) -> str:
    """The arm that a block's suite compares the others with: as its manifest says, or as the installed suite of that name does; else
    `ce`."""
    return block.baseline or _installed_baseline(block.suite)


@cache
def _installed_baseline(suite: str) -> str:
    try:
        return load_suite(suite).baseline if suite else "ce"
    except (UserError, OSError):
        return "ce"


def label(place: Place) -> str:
    """A comparison in one line."""
    return f"{place[0]} | {place[1].label}"


def paired(block: Block, arm: str, cell: ScoredCell, against: str) -> PairedUnits:
    """The paired units of two arms in a cell. What else they differ in (an arm without an encoder has another precision, say) is no part
    of the pairing."""
    mine, theirs = (block.runs[name, cell].of_pairs(block.majority(cell)) for name in (arm, against))
    return pair(mine, theirs, pool=block.pool_size(cell))


def floor_of(block: Block, cell: ScoredCell) -> Floor | None:
    """Whether no arm of the cell is above the majority rate; None where that is not known."""
    rate, labels = block.majority(cell), block.gold.get(cell)
    scores = {arm: list(runs.scores.values()) for arm in block.arms if (runs := block.runs.get((arm, cell))) is not None and runs.scores}
    return at_floor(scores, rate, len(labels)) if scores and rate is not None and labels else None


def correctness(block: Block, runs: Runs, splits: list[int], units: Sequence[Unit]) -> NDArray[float64] | None:
    """Share of right answers [splits, examples], averaged over a split's seeds; None where a prediction or the test set is not there.

    Args:
        units: the runs that count: those whose partner has finished too, as for the difference (`Runs.shared`).
    """
    rows: dict[int, list[NDArray[float64]]] = {split: [] for split in splits}
    for unit, right in _right(block, runs):
        if unit not in units or unit.split not in rows:
            continue
        if right is None:
            return None
        rows[unit.split].append(right)
    lengths = {len(right) for found in rows.values() for right in found}
    return np.array([np.mean(rows[split], axis=0) for split in splits]) if all(rows.values()) and len(lengths) == 1 else None


def _right(block: Block, runs: Runs) -> Iterator[tuple[Unit, NDArray[float64] | None]]:
    labels = np.array(block.gold.get(runs.cell, ()))
    for unit, key in runs.keys.items():
        stored = block.stored.get(key)
        ids = stored.ids() if stored is not None and stored.n == len(labels) else None
        yield unit, None if ids is None else (np.array(ids) == labels).astype(float)
