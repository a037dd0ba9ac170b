"""A command as a sequence of plans: stage by stage of a study, in each the trials of a search, then the grid, or one plan per interim
look of `--until decided`.

Each plan is made after the one before it has run, from its records: so that a command that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmark.cell import Cell
from benchmark.config.request import RunRequest
from benchmark.config.suite import Arm
from benchmark.errors import UserError
from benchmark.planning.adaptive import trials
from benchmark.planning.adaptive.interim_analysis import InterimAnalysis
from benchmark.planning.cost.completed_runs import CompletedRun, completed_runs
from benchmark.planning.grid import Grid
from benchmark.planning.layout import Strand, lay_out, once, unique, whole_grid
from benchmark.planning.plan import Plan, PlanStep, plan_of, prepared
from benchmark.planning.plan_manifest import make_manifest
from benchmark.planning.planned_run import PlannedRun
from benchmark.planning.workspace import Workspace
from benchmark.records.manifest import Manifest
from benchmark.records.store import RecordStore


def plan_sequence(request: RunRequest) -> Iterator[Plan]:
    """The plans of a request, in order. Ask for the next one when the last one has run.

    Raises:
        UserError: names, options, data or encoder that do not exist or do not fit.
    """
    made: set[str] = set()
    for grid, workspace in prepared(request):
        for plan in PlanSequence(request, grid, workspace, made).plans():
            yield plan
            made.update(run.key for run in plan.runs)


@dataclass
class PlanSequence:
    """The plans of one grid.

    Args:
        made: the keys of the runs of all plans of the command so far; whoever takes the plans adds to it.
        design: what manifests say of the search and of the interim looks so far.
        notes: what the next plan says before it starts.
    """

    request: RunRequest
    grid: Grid
    workspace: Workspace
    made: set[str] = field(default_factory=set)
    design: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.grid.stage:
            self.design["stage"] = self.grid.stage

    def plans(self) -> Iterator[Plan]:
        """Plan after plan."""
        arms: dict[Cell, Sequence[Arm]] = dict.fromkeys(self.grid.cells, self.grid.arms)
        if self.grid.search is not None:
            search = trials.make_search(self.grid, self.grid.search)
            runs = list(self._laid_out(search.strands))
            trials.check_development(runs)
            yield self._trials(search, runs)
            made = trials.choices(search, runs, self._kept())
            arms = {cell: [trials.chosen_arm(a, search, made.get((cell, a.name))) for a in self.grid.arms] for cell in self.grid.cells}
            self.design["search"] = trials.search_summary(self.grid, search, self.workspace, made)
        if self.request.until is not None:
            yield from self._looks(InterimAnalysis(arms, self.grid.suite.baseline))
        else:
            yield self._reported([Strand(cell, arm, self.grid.seeds) for cell, some in arms.items() for arm in some])

    def registrable(self) -> Iterator[tuple[Manifest, bool]]:
        """What can be planned before anything has run, as manifests: all of the grid, with looks up to the last one, or the trials of a
        search and then the grid with every setting that it may choose. The second value says whether the runs are such alternatives.

        Raises:
            UserError: a search before looks: which setting runs up to which look cannot be said before.
        """
        if self.request.until is not None and self.grid.search is not None:
            raise UserError(
                f"--freeze was given with --until {self.request.until} and a search of {self.grid.search} settings.",
                "A registration names every run: of all looks, or of all settings, not of looks at a setting that is chosen later.",
                "Leave out --until or the search, or register after the search with its choices as --set.",
            )
        if self.request.until is not None:
            course = InterimAnalysis(dict.fromkeys(self.grid.cells, self.grid.arms), self.grid.suite.baseline)
            self.design["looks"] = course.summary()
            yield self._manifest(unique(self._laid_out(course.strands(course.rule.looks[-1])))), False
            return
        if self.grid.search is None:
            yield self._manifest(unique(self._laid_out(whole_grid(self.grid)))), False
            return
        search = trials.make_search(self.grid, self.grid.search)
        yield self._manifest(once(self._laid_out(search.strands))[0]), False
        yield self._manifest(once(self._laid_out(trials.alternatives(self.grid, search)))[0]), True

    def _manifest(self, runs: Sequence[PlannedRun]) -> Manifest:
        return make_manifest(self.grid, runs, self.workspace, self.request.as_given(), dict(self.design))

    def _trials(self, search: trials.Search, runs: list[PlannedRun]) -> Plan:
        self.design["search"] = trials.search_summary(self.grid, search, self.workspace)
        afterwards = len(once(self._laid_out(whole_grid(self.grid)))[0])
        several = " and more at the looks" if self.request.until is not None else ""
        notes = [*trials.fewer(search), f"Afterwards about {afterwards} runs with the chosen settings on the reported splits{several}."]
        return self._plan(once(iter(runs))[0], trials.described(search), notes)

    def _reported(self, strands: list[Strand]) -> Plan:
        """The whole grid at once."""
        if self.grid.search is None:
            return self._plan(unique(self._laid_out(strands)))
        return self._plan(self._once(strands), "search: the chosen settings on the reported splits", self.notes)

    def _looks(self, course: InterimAnalysis) -> Iterator[Plan]:
        """One plan per look, and a last one, for which nothing is left to run, whose manifest holds what every look found."""
        runs: list[PlannedRun] = []
        for seeds in course.rule.looks:
            if not course.going_on:
                break
            runs = self._once(course.strands(seeds))
            self.design["looks"] = course.summary()
            stage = f"until decided: look at {seeds} seeds, {len(course.going_on)} of {len(course.taken)} comparisons not decided yet"
            yield self._plan(runs, stage, [*self.notes, *([course.described()] if seeds == course.rule.looks[0] else [])])
            course.take(seeds, runs, self._kept())
        self.design["looks"] = course.summary()
        crossed, futile = (sum(looks[-1].why == why for looks in course.taken.values()) for why in ("crossed", "futile"))
        said = f"until decided: {crossed} of {len(course.taken)} comparisons crossed their level, {futile} stopped for futility"
        yield self._plan(runs, said, self.notes)

    def _once(self, strands: list[Strand]) -> list[PlannedRun]:
        """The runs of some strands; where a search chose one setting for two arms, that is noted."""
        if self.grid.search is None:
            return unique(self._laid_out(strands))
        runs, twins = once(self._laid_out(strands))
        self.notes = [f"The search chose the same setting for {a} and {b}: those runs stand under {a}." for a, b in twins]
        return runs

    def _laid_out(self, strands: Sequence[Strand]) -> Iterator[PlannedRun]:
        return lay_out(self.grid, strands, self.workspace)

    def _plan(self, runs: Sequence[PlannedRun], stage: str = "", notes: Sequence[str] = ()) -> Plan:
        if self.grid.stage:
            stage = ": ".join(part for part in (f"stage {self.grid.stage} ({self.grid.suite.title})", stage) if part)
        step = PlanStep(stage, dict(self.design), tuple(notes), frozenset(self.made))
        return plan_of(self.request, self.grid, self.workspace, runs, step)

    def _kept(self) -> dict[str, CompletedRun]:
        return completed_runs(RecordStore(self.request.results)).kept
