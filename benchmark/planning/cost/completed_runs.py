"""What a results folder holds already, in one reading: what a plan need not do again, and what runs of each kind have cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmark.records.record import WORKER_DIED, PhaseCost, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import NewerFile, RecordStore
from benchmark.records.upgrade import NewerFormat


class CompletedRun(NamedTuple):
    """What a plan needs to know of a run that is not begun again: seconds of training, and the primary metric on the test and
    development set. `error`: why it has none, for a run that killed its process twice; else empty. `scorer`: the record's.
    """

    seconds: float
    value: float | None
    dev_value: float | None
    alarms: tuple[str, ...]
    error: str = ""
    scorer: str = ""


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
    """The runs of a results folder by key: the finished ones, what they cost, and those that killed their process twice.

    Args:
        newer: the keys of records that only a newer release reads.
    """

    kept: dict[str, CompletedRun] = field(default_factory=dict)
    measured: dict[str, MeasuredRun] = field(default_factory=dict)
    crashed: dict[str, CompletedRun] = field(default_factory=dict)
    newer: frozenset[str] = frozenset()

    def refuse_newer(self, keys: Iterable[str]) -> None:
        """NewerFormat where one of these runs has a record of a newer release, which must not be replaced."""
        found = sorted(self.newer & set(keys))
        if found:
            raise NewerFormat(
                f"{len(found)} of these runs have a record of a newer format, {found[0][:12]} first.",
                "This release can neither read nor replace them.",
                "Install the newer release, or give another --results DIR.",
            )


def completed_runs(store: RecordStore) -> CompletedRuns:
    """Read every record once. What failed in another way than by killing its process, and what cannot be read, is run again."""
    items = list(store)
    records = [record for record in items if isinstance(record, RunRecord)]
    done = [record for record in records if record.status == "done"]
    newer = (Path(item.file).stem for item in items if isinstance(item, NewerFile))
    return CompletedRuns(
        {record.key: CompletedRun(record.seconds, record.value, record.dev_value, record.alarms, scorer=record.scorer) for record in done},
        {record.key: MeasuredRun(record.spec, record.phases, record.scoring_seconds) for record in done},
        {record.key: CompletedRun(0.0, None, None, record.alarms, str(record.error)) for record in records if _crashed(record)},
        frozenset(newer),
    )


def _crashed(record: RunRecord) -> bool:
    """Whether a run killed its own process; one that was killed from outside is tried again."""
    return record.status == "failed" and record.error is not None and record.error.type == WORKER_DIED
