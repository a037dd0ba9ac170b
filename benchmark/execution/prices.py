"""What a plan will cost, from the measured records of runs of the same kind in the results folder. No record, no price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from benchmark.execution.kept import Measured

if TYPE_CHECKING:
    from benchmark.execution.planned import PlannedRun

RECORD_BYTES = 4_200  # a record with its share of manifest, test set and split: 871,172 bytes over the 210 reference records


@dataclass(frozen=True)
class Price:
    """Expected seconds of one worker for what is still to do (None: nothing of the kind was ever measured), and bytes of records.

    Args:
        measured: records the estimate rests on.
    """

    seconds: float | None = None
    bytes: int = 0
    measured: int = 0


def price(runs: Sequence[PlannedRun], measured: Sequence[Measured]) -> Price:
    """Seconds per declared pass on the same task (else on any), measured, times the passes that are still to do.

    A phase state that several of the runs share is paid once per run here: the price is an upper one.
    """
    todo = [run for run in runs if not run.done]
    records = [found for found in measured if found.passes]
    rates: dict[str, list[float]] = {}
    for record in records:
        for kind in (record.spec.task.name, ""):
            rates.setdefault(kind, []).append((record.seconds + record.scoring_seconds) / record.passes)
    bytes_needed = RECORD_BYTES * len(todo)
    if not rates:
        return Price(None, bytes_needed, 0)
    passes = [(run, run.cost.forward + run.cost.backward) for run in todo]
    return Price(sum(fmean(rates.get(run.cell.task, rates[""])) * count for run, count in passes), bytes_needed, len(records))
