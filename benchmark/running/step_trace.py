"""A trace of every training step (`--trace DIR`): CSV, and TensorBoard events where tensorboard is installed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO


class StepTrace:
    """Writes what one phase of one run measures, a row per step.

    Args:
        folder: of the run; `PHASE.csv` in it has the columns `step`, `term/NAME` (values), `gradient_norm` (before clipping; one more for a
            second network) and `rate_factor`. TensorBoard events lie in the folder `PHASE` beside it.
    """

    def __init__(self, folder: Path, phase: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = (folder / f"{phase}.csv").open("w", newline="", encoding="utf-8")
        self._rows: csv.DictWriter[str] | None = None
        self._events = _event_writer(folder / phase)

    def __call__(self, step: int, values: Mapping[str, float]) -> None:
        """Write one step. A term that a later step brings first is left out of the CSV, whose columns are those of the first step."""
        if self._rows is None:
            self._rows = csv.DictWriter(self._file, ["step", *values], restval="", extrasaction="ignore", lineterminator="\n")
            self._rows.writeheader()
        self._rows.writerow({"step": step, **values})
        if self._events is not None:
            for name, value in values.items():
                self._events.add_scalar(name, value, step)

    def close(self) -> None:
        """End both files."""
        self._file.close()
        if self._events is not None:
            self._events.close()


@contextmanager
def traced(folder: Path | None, key: str, phase: str) -> Iterator[StepTrace | None]:
    """The trace of a phase of the run `key` below a folder; None where no trace is wanted."""
    if folder is None:
        yield None
        return
    trace = StepTrace(folder / key, phase)
    try:
        yield trace
    finally:
        trace.close()


def _event_writer(folder: Path) -> Any:
    """TensorBoard's writer, or None where tensorboard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(log_dir=str(folder))
