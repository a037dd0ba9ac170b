"""What a run of some kind costs, from finished runs: of the very same kind where there are any, else of ever less similar ones."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from benchmark.planning.cost.completed_runs import MeasuredRun
from benchmark.planning.planned_run import PlannedRun
from benchmark.records.spec import RunSpec, canonical

LEVELS = (
    "runs of the same arm in the same cell",
    "runs of the same method on the same task, by example passes",
    "runs of the same method, by example passes",
    "runs of any method with this encoder, by example passes",
)


class RunEstimate(NamedTuple):
    """What a run is expected to cost.

    Args:
        phases: seconds of each phase, in order.
        scoring: seconds of prediction and scoring.
        peak_bytes: most memory in use, 0 where none was measured.
        level: index into `LEVELS`.
        records: how many measured runs it rests on.
    """

    phases: tuple[float, ...]
    scoring: float
    peak_bytes: int
    level: int
    records: int


@dataclass
class CostRates:
    """The measured runs of one kind. Medians are asked of them: a run that was paused, or had a busy machine, says nothing of the next."""

    seconds: list[list[float]] = field(default_factory=list)  # per run and phase
    scoring: list[float] = field(default_factory=list)
    peak_bytes: int = 0
    named: dict[str, list[tuple[float, int]]] = field(default_factory=dict)  # phase name, "" for any -> seconds and passes of each

    def add(self, run: MeasuredRun) -> None:
        """Take in one run."""
        self.seconds.append([phase.seconds for phase in run.phases])
        self.scoring.append(run.scoring_seconds)
        self.peak_bytes = max([self.peak_bytes, *(phase.peak_bytes for phase in run.phases)])
        for phase in run.phases:
            for name in (phase.name, ""):
                self.named.setdefault(name, []).append((phase.seconds, phase.forward + phase.backward))

    def exactly(self, phases: int) -> tuple[float, ...] | None:
        """Seconds per phase over runs with as many phases."""
        rows = [row for row in self.seconds if len(row) == phases]
        return tuple(median(column) for column in zip(*rows, strict=True)) if rows else None

    def scaled(self, run: PlannedRun, *, any_phase: bool) -> tuple[float, ...] | None:
        """Seconds per phase by the passes that it declares; a phase without passes costs what it did."""
        found = [self._phase(part.name, part.cost.forward + part.cost.backward, any_phase) for part in run.parts]
        return None if None in found else tuple(seconds for seconds in found if seconds is not None)

    def _phase(self, name: str, passes: int, any_phase: bool) -> float | None:
        seen = self.named.get(name) or (self.named.get("", []) if any_phase else [])
        if not passes:
            return (0.0 if any_phase else median(seconds for seconds, _ in seen)) if seen else None
        rates = [seconds / measured for seconds, measured in seen if measured]
        return passes * median(rates) if rates else None


class CostModel:
    """The measured runs of a results folder, grouped from the most to the least similar (`LEVELS`)."""

    def __init__(self, measured: Iterable[MeasuredRun]) -> None:
        self._rates: dict[Hashable, CostRates] = {}
        for run in measured:
            for kind in _kinds(run.spec):
                self._rates.setdefault(kind, CostRates()).add(run)

    def estimate(self, run: PlannedRun) -> RunEstimate | None:
        """From the most similar measured runs; None where nothing comparable was ever measured."""
        for level, kind in enumerate(_kinds(run.spec)):
            rates = self._rates.get(kind)
            if rates is None:
                continue
            phases = rates.exactly(len(run.parts)) if level == 0 else rates.scaled(run, any_phase=level == len(LEVELS) - 1)
            if phases is not None:
                return RunEstimate(phases, median(rates.scoring), rates.peak_bytes, level, len(rates.scoring))
        return None


def arm_in_cell(spec: RunSpec) -> Hashable:
    """The run without its seeds and without the state of the code: equal for all runs of one arm in one cell, as they are now or were."""
    method, split = spec.method, spec.split
    return (
        *(method.name, canonical(method.params), spec.task.data, split.model_copy(update={"split_seed": 0}), spec.noise, spec.sampler),
        *(spec.encoder, spec.budget, spec.compute),
    )


def _kinds(spec: RunSpec) -> Iterator[Hashable]:
    encoder = None if spec.encoder is None else (spec.encoder.name, spec.encoder.weights)
    yield 0, arm_in_cell(spec)
    yield 1, spec.method.name, spec.task.name, encoder, spec.compute
    yield 2, spec.method.name, encoder, spec.compute
    yield 3, encoder, spec.compute


def evidence(estimates: Sequence[RunEstimate | None]) -> list[str]:
    """How many runs rest on what: one line per level that is used, and one for runs without an estimate."""
    said = []
    for level, words in enumerate(LEVELS):
        found = [estimate for estimate in estimates if estimate is not None and estimate.level == level]
        if found:
            low, high = min(e.records for e in found), max(e.records for e in found)
            said.append(f"{len(found)} runs from {low if low == high else f'{low} to {high}'} measured {words}")
    if missing := sum(estimate is None for estimate in estimates):
        said.append(f"{missing} runs unknown: nothing like them was ever measured")
    return said
