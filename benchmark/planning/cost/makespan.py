"""How long some runs take with N workers, by playing it through: in the order in which they would go, with what they wait for."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from benchmark.planning.planned_run import PlannedRun


def makespan(runs: Sequence[PlannedRun], seconds: Mapping[str, float], waits: Mapping[str, frozenset[str]], workers: int) -> float:
    """Seconds until the last of `runs` ends, each worker taking the first run whose leaders have ended.

    Args:
        runs: in the order in which they are handed out.
        seconds: by key of the run.
        waits: by key of the run, the keys of its leaders; those that are not among `runs` have ended.
    """
    ours, ended = {run.key for run in runs}, set[str]()
    waiting, now = [run.key for run in runs], 0.0
    going: list[tuple[float, str]] = []
    while waiting or going:
        while waiting and len(going) < workers:
            ready = next((place for place, key in enumerate(waiting) if (waits.get(key, frozenset()) & ours) <= ended), None)
            if ready is None:
                break
            key = waiting.pop(ready)
            heapq.heappush(going, (now + seconds[key], key))
        now, key = heapq.heappop(going)
        ended.add(key)
    return now
