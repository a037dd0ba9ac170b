"""In which order runs go: a shared phase is trained by the first run that reads it, and the others wait for that one alone."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.planning.planned_run import PlannedRun


def dependencies(runs: Sequence[PlannedRun], shared: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each run's key the keys of the runs it waits for: those that train a phase state which it reads.

    The first run in plan order that has a shared state leads it. A leader may itself wait for another one (a chain of phases).
    """
    first: dict[str, str] = {}
    waits: dict[str, frozenset[str]] = {}
    for run in runs:
        wanted = [key for key in run.phases[:-1] if key in shared]
        waits[run.key] = frozenset(first[key] for key in wanted if key in first) - {run.key}
        for key in wanted:
            first.setdefault(key, run.key)
    return waits


def group_by_shared_phase(runs: Sequence[PlannedRun], shared: frozenset[str]) -> list[PlannedRun]:
    """Plan order, with the readers of a shared state brought up behind its leader, so that the state is used while it is there."""
    place: dict[str, int] = {}
    ranked = []
    for number, run in enumerate(runs):
        wanted = [key for key in run.phases[:-1] if key in shared]
        rank = min((place[key] for key in wanted if key in place), default=number)
        for key in wanted:
            place.setdefault(key, rank)
        ranked.append((rank, number, run))
    return [run for _, _, run in sorted(ranked, key=lambda item: item[:2])]
