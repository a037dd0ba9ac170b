"""Carrying out a request: plan after plan until nothing is left."""

from __future__ import annotations

from collections.abc import Callable

from benchmark.config.request import RunRequest
from benchmark.execution.planning import Plan
from benchmark.execution.runner import Observer, Summary, run_plan
from benchmark.execution.stages import stages


def carry_out(request: RunRequest, observer: Callable[[Plan], Observer]) -> tuple[Plan, Summary]:
    """Run all plans of a request. Returns the last one, which holds the runs to report, and how everything ended.

    Args:
        observer: told of each plan before it runs; gives the observer of its runs.
    """
    ended: list[tuple[Plan, Summary]] = []
    for plan in stages(request):
        ended.append((plan, run_plan(plan, request, observer(plan))))
    return ended[-1][0], _together(ended)


def _together(ended: list[tuple[Plan, Summary]]) -> Summary:
    """One summary of several plans: a run that stands in two of them counts once."""
    first: dict[str, bool] = {}  # key -> whether it was there before the command
    failures: dict[str, str] = {}
    for plan, summary in ended:
        for run in plan.runs:
            first.setdefault(run.key, run.done)
        failures |= dict(summary.failures)
    there = sum(first.values())
    computed = sum(summary.done - summary.cached for _, summary in ended)
    seconds = sum(summary.seconds for _, summary in ended)
    elsewhere = sum(summary.elsewhere for _, summary in ended)
    return Summary(len(first), there + computed, len(failures), there, seconds, list(failures.items()), elsewhere)


def preview(request: RunRequest) -> Plan:
    """The first plan of a request with anything left to do, or its last one. Runs nothing."""
    plan = None
    for plan in stages(request):
        if any(not run.done for run in plan.runs):
            break
    assert plan is not None
    return plan
