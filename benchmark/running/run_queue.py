"""The runs of a command that are still to be handed out: those whose leaders have ended, and that no other driver's process holds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from benchmark.planning.planned_run import PlannedRun
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running import leases

LOOK = 1.0  # seconds between two looks at a run that another process holds


class RunQueue:
    """Runs in order. One that another process holds stays here while the others go on.

    Args:
        runs: in the order in which they are to go.
        waits: key -> keys of the runs that must have ended before.
        store: the results folder, where other drivers' records appear.
        rerun: whether a finished record is ignored.
    """

    def __init__(self, runs: Sequence[PlannedRun], waits: Mapping[str, frozenset[str]], store: RecordStore, rerun: bool) -> None:
        self._runs = {run.key: run for run in runs}
        self._waits, self._store, self._rerun = waits, store, rerun
        self._watch = leases.LeaseWatch(store.root)
        self._held: dict[str, str] = {}  # key -> the record that was there when another process was met
        self._before: dict[str, str] = {}  # key -> the record that was there when the run was handed out
        self._look: dict[str, float] = {}  # key -> when to look again
        self.ended: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._runs)

    def clear(self) -> None:
        """Hand out no more."""
        self._runs.clear()

    def take(self) -> PlannedRun | None:
        """The next run that can go now; None where none can."""
        for run in self._runs.values():
            if self._waits[run.key] <= self.ended and self._free(run.key):
                return self._runs.pop(run.key)
        return None

    def put_back(self, run: PlannedRun) -> None:
        """A run that an executor found held."""
        self._runs[run.key] = run
        self._meet(run.key, self._before.pop(run.key, ""))

    def made_elsewhere(self, run: PlannedRun) -> RunRecord | None:
        """The record that another driver made of a run since the plan; None where this one must do it."""
        met = self._held.pop(run.key, None)
        record = self._store.get(run.key)
        now = "" if record is None else self._store.stamp(run.key)
        if record is not None and (met not in (None, now) or (record.status == "done" and not self._rerun)):
            return record
        self._before[run.key] = now
        return None

    def _free(self, key: str) -> bool:
        if time.monotonic() < self._look.get(key, 0.0):
            return False
        if self._watch.free(key):
            return True
        self._meet(key, self._store.stamp(key))
        return False

    def _meet(self, key: str, stamp: str) -> None:
        self._held.setdefault(key, stamp)
        self._look[key] = time.monotonic() + LOOK
