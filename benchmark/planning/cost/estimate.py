"""What a plan will cost, from the measured records of runs of the same kind in the results folder. No record, no price."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from benchmark.planning.cost.completed_runs import MeasuredRun
from benchmark.planning.cost.cost_model import CostModel, RunEstimate, evidence
from benchmark.planning.dependencies import dependencies, group_by_shared_phase
from benchmark.planning.planned_run import PlannedRun
from benchmark.planning.workspace import Workspace
from benchmark.records.atomic_files import below, size_and_use

RECORD_BYTES = 4_200  # a record with its share of manifest, test set and split: 871,172 bytes over the 210 reference records


@dataclass(frozen=True)
class CostEstimate:
    """What is still to do will cost this. None: nothing comparable was ever measured.

    Args:
        todo: runs still to do.
        seconds: of one worker; a phase that several runs share is paid once.
        saved: seconds that sharing saves.
        elapsed: seconds until the last run ends with `workers` workers, their start not counted.
        peak_bytes: the most memory that a run of these kinds used; one worker needs that much.
        bytes: of records and what belongs to them.
        cache_bytes: of shared phase states, by the size of those that are in the cache now; None: there are none to go by.
        shared, readers: phase states that several runs read, and the runs that read them.
        evidence: on what the estimate rests, in words.
        unknown: runs that are in no sum, because nothing like them was measured.
    """

    todo: int = 0
    seconds: float | None = None
    saved: float | None = None
    elapsed: float | None = None
    workers: int = 1
    peak_bytes: int | None = None
    bytes: int = 0
    cache_bytes: int | None = None
    shared: int = 0
    readers: int = 0
    evidence: list[str] = field(default_factory=list)
    unknown: int = 0


def estimate_cost(runs: Sequence[PlannedRun], measured: Sequence[MeasuredRun], workspace: Workspace, workers: int = 1) -> CostEstimate:
    """The price of the runs that are not done yet."""
    kinds, todo, shared = CostModel(measured), [run for run in runs if run.todo], workspace.shared
    estimates = {run.key: kinds.estimate(run) for run in todo}
    known = [estimate for estimate in estimates.values() if estimate is not None]
    readers = sum(1 for run in todo if shared & set(run.phases))
    sizes = CostEstimate(len(todo), workers=workers, bytes=RECORD_BYTES * len(todo), shared=len(shared), readers=readers, unknown=len(todo))
    if not known:
        return sizes
    order = group_by_shared_phase(todo, shared)
    seconds = own_seconds(order, estimates, shared)
    alone = sum(sum(estimate.phases) + estimate.scoring for estimate in known)
    return dataclasses.replace(
        sizes,
        seconds=sum(seconds.values()),
        saved=alone - sum(seconds.values()),
        elapsed=makespan(order, seconds, dependencies(todo, shared), workers),
        peak_bytes=max(estimate.peak_bytes for estimate in known) or None,
        cache_bytes=cache_bytes(workspace),
        evidence=evidence(list(estimates.values())),
        unknown=len(todo) - len(known),
    )


def cache_bytes(workspace: Workspace) -> int | None:
    """What the shared states will take in the cache, at most its limit; None where no state is there to go by."""
    there = [size for file in below(workspace.cache) if file.suffix == ".safetensors" and (size := size_and_use(file)[0])]
    return min(workspace.cache_limit, len(workspace.shared) * round(fmean(there))) if there else None


def own_seconds(order: Sequence[PlannedRun], estimates: dict[str, RunEstimate | None], shared: frozenset[str]) -> dict[str, float]:
    """Seconds of each run by key: a shared state is paid by the first run that reads it. A run without an estimate counts nothing."""
    trained: set[str] = set()
    seconds = {}
    for run in order:
        estimate = estimates[run.key]
        seconds[run.key] = 0.0 if estimate is None else estimate.scoring
        for key, cost in zip(run.phases, () if estimate is None else estimate.phases, strict=False):
            if key not in trained:
                seconds[run.key] += cost
            if key in shared:
                trained.add(key)
    return seconds


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
