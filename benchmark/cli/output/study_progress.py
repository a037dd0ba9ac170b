"""How far a study is over all of its stages, and the time left by the costs that were measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.cli.output.tally import duration

if TYPE_CHECKING:
    from benchmark.planning.cost.completed_runs import CompletedRuns
    from benchmark.planning.cost.estimate import CostEstimate
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun


class StudyProgress:
    """The plans of a study, each replaced by the one that runs when its turn comes: only then is known what a search chose.

    Args:
        plans: of all stages, in order, as `preview_study` makes them before the first run.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans, self._begun = list(plans), 0

    def line(self, plan: Plan) -> str:
        """Runs computed and estimated time left over all stages, when `plan` begins; "" where it is the only plan."""
        if len(self._plans) < 2 or self._begun == len(self._plans):
            return ""
        self._plans[self._begun] = plan
        self._begun += 1
        runs = {run.key: run for planned in self._plans for run in planned.runs}
        computed = sum(key in plan.found.kept for key in runs)
        return f"All {self._stages} stages: {computed} of {len(runs)} runs computed{self._left(plan.found)}"

    @property
    def _stages(self) -> int:
        return len({planned.grid.stage for planned in self._plans})

    def _left(self, found: CompletedRuns) -> str:
        prices = [price for planned in self._plans if (price := _price(planned, found)).todo]
        known = [price.elapsed for price in prices if price.elapsed is not None]
        unknown = sum(price.unknown for price in prices)
        if not known:
            return ", time left unknown until runs like them are measured" if prices else ""
        without = f", without {unknown} runs that no measured run is like" if unknown else ""
        return f", about {duration(sum(known))} left{without}"


def _price(plan: Plan, found: CompletedRuns) -> CostEstimate:
    """What is left of a plan costs this, by all that was measured up to now."""
    from benchmark.planning.cost.estimate import CostEstimate, estimate_cost

    todo: list[PlannedRun] = [
        dataclasses.replace(run, kept=None) for run in plan.runs if run.key not in found.kept and run.key not in found.crashed
    ]
    return estimate_cost(todo, list(found.measured.values()), plan.workspace, plan.workers.count) if todo else CostEstimate()
