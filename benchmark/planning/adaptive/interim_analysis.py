"""The course of `--until decided` over a grid: who still needs seeds, what each look found, and what a manifest keeps of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from benchmark.cell import Cell
from benchmark.config.suite import Arm
from benchmark.errors import UserError
from benchmark.planning.adaptive.stopping_rule import InterimLook, StoppingRule
from benchmark.planning.cost.completed_runs import CompletedRun
from benchmark.planning.cost.minimum_detectable_effect import is_claim
from benchmark.planning.layout import Strand
from benchmark.planning.planned_run import PlannedRun
from benchmark.planning.run_seeds import paired_seeds

Place = tuple[Cell, str]  # cell and name of the arm


@dataclass
class InterimAnalysis:
    """Looks so far.

    Args:
        arms: per cell the arms with their parameters.
        baseline: what all others are compared with; it and its null run as long as any comparison of their cell goes on.
        rule: the planned looks and their levels.
        taken: per comparison what each look at it found, in order.
        compared: arms whose comparison with the baseline is a claim; set by the class.
    """

    arms: Mapping[Cell, Sequence[Arm]]
    baseline: str
    rule: StoppingRule = field(default_factory=StoppingRule)
    taken: dict[Place, list[InterimLook]] = field(default_factory=dict)
    compared: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        given = {arm.name: arm for arms in self.arms.values() for arm in arms}
        names = set(given)
        self.compared = frozenset(name for name, arm in given.items() if is_claim(arm, self.baseline))
        if self.baseline not in names or not any(self.is_compared(name) for name in names):
            raise UserError(
                f"--until decided was given, and there is nothing to decide between {', '.join(sorted(names))}.",
                f"The baseline {self.baseline!r} and at least one arm beside it and its null.",
                "Correct --methods.",
            )
        self.taken = {(cell, arm.name): [] for cell, arms in self.arms.items() for arm in arms if self.is_compared(arm.name)}

    def is_compared(self, name: str) -> bool:
        """Whether an arm is a claim: neither the baseline nor its noise floor."""
        return name in self.compared

    @property
    def going_on(self) -> list[Place]:
        """The comparisons that no look has ended."""
        return [place for place, looks in self.taken.items() if not (looks and looks[-1].why)]

    def strands(self, seeds: int) -> list[Strand]:
        """All runs of the look at so many seeds, those of ended comparisons as far as they went."""
        return [Strand(cell, arm, paired_seeds(range(self._needed(cell, arm, seeds)))) for cell, arms in self.arms.items() for arm in arms]

    def _needed(self, cell: Cell, arm: Arm, seeds: int) -> int:
        others = [self._reached((cell, other.name), seeds) for other in self.arms[cell] if self.is_compared(other.name)]
        return self._reached((cell, arm.name), seeds) if self.is_compared(arm.name) else max(others)

    def _reached(self, place: Place, seeds: int) -> int:
        looks = self.taken[place]
        return looks[-1].seeds if looks and looks[-1].why else seeds

    def take(self, seeds: int, runs: Sequence[PlannedRun], kept: Mapping[str, CompletedRun]) -> None:
        """Look at every comparison that goes on. Each one that crosses leaves its share of alpha to the others, at this look already."""
        scores = scores_of(runs, kept)
        differences = {}
        for cell, name in self.going_on:
            mine, theirs = scores.get((cell, name), {}), scores.get((cell, self.baseline), {})
            differences[cell, name] = {split: mine[split] - theirs[split] for split in mine.keys() & theirs.keys()}
        shares = len(self.taken) - sum(looks[-1].why == "crossed" for looks in self.taken.values() if looks)
        for place, found in self._looked(differences, seeds, shares).items():
            self.taken[place].append(found)

    def _looked(self, differences: Mapping[Place, Mapping[int, float]], seeds: int, shares: int) -> dict[Place, InterimLook]:
        """What a look finds with alpha over so many comparisons; again with the shares of those that crossed given to the rest."""
        found: dict[Place, InterimLook] = {}
        left, number = 0, self.rule.looks.index(seeds)
        futility = self.rule.futile_from(len(self.taken))[number]
        while left != (left := shares - sum(one.why == "crossed" for one in found.values())):
            level = self.rule.levels(left)[number]
            found = {place: self.rule.look(values, seeds, level, futility) for place, values in differences.items()}
        return found

    def described(self) -> str:
        """The rule in a sentence, for those who read a plan."""
        rule, m = self.rule, len(self.taken)
        levels, futile = (", ".join(f"{one:.2g}" for one in some) for some in (rule.levels(m), rule.futile_from(m)[:-1]))
        return (
            f"Looks at {', '.join(map(str, rule.looks))} seeds: a comparison ends as crossed at p up to {levels}, "
            f"as futile from p = {futile}; a difference of {rule.effect(m):.2f} standard deviations of the paired differences is found "
            f"with power {rule.power:g}."
        )

    def summary(self) -> dict[str, Any]:
        """What the manifest keeps: the plan of the looks, the level, and the table of those taken."""
        table = [
            {"cell": cell.label, "arm": name, **dataclasses.asdict(found)} for (cell, name), looks in self.taken.items() for found in looks
        ]
        return {**self.rule.summary(len(self.taken)), "baseline": self.baseline, "table": table}


def scores_of(runs: Sequence[PlannedRun], kept: Mapping[str, CompletedRun]) -> dict[Place, dict[int, float]]:
    """Cell and arm -> split seed -> the primary metric on the test set, of finished runs."""
    found: dict[Place, dict[int, list[float]]] = {}
    for run in runs:
        there = kept.get(run.key)
        if there is not None and there.value is not None:
            found.setdefault((run.cell, run.arm.name), {}).setdefault(run.spec.split.split_seed, []).append(there.value)
    return {place: {split: fmean(values) for split, values in by_split.items()} for place, by_split in found.items()}
