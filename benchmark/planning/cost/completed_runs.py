"""What a results folder holds already, in one reading: what a plan need not do again, and what runs of each kind have cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from benchmark.records.record import PhaseCost, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore


class CompletedRun(NamedTuple):
    """What a plan needs to know of a finished run: seconds of training, and the primary metric on the test and development set."""

    seconds: float
    value: float | None
    dev_value: float | None
    alarms: tuple[str, ...]


class MeasuredRun(NamedTuple):
    """What a finished run cost."""

    spec: RunSpec
    phases: tuple[PhaseCost, ...]
    scoring_seconds: float

    @property
    def seconds(self) -> float:
        """Training time of all phases."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def passes(self) -> int:
        """Forward and backward example passes of all phases."""
        return sum(phase.forward + phase.backward for phase in self.phases)


@dataclass(frozen=True)
class CompletedRuns:
    """The finished runs of a results folder, by key."""

    kept: dict[str, CompletedRun] = field(default_factory=dict)
    measured: dict[str, MeasuredRun] = field(default_factory=dict)


def completed_runs(store: RecordStore) -> CompletedRuns:
    """Read every record once. What failed, and what cannot be read, is not there: it is run again."""
    done = [record for record in store if isinstance(record, RunRecord) and record.status == "done"]
    return CompletedRuns(
        {record.key: CompletedRun(record.seconds, record.value, record.dev_value, record.alarms) for record in done},
        {record.key: MeasuredRun(record.spec, record.phases, record.scoring_seconds) for record in done},
    )
