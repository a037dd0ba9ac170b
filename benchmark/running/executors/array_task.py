"""One element of a job array: some runs, done one after the other, each end noted in a file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.records.atomic_files import write_atomic
from benchmark.records.spec import RunSpec
from benchmark.running.executors.base import Finished
from benchmark.running.executors.job_payload import JobPayload
from benchmark.running.executors.node import Node


@dataclass(frozen=True)
class ArrayTask:
    """Callable; it is what submitit puts into a job file.

    Args:
        specs: key -> the spec as JSON.
        folder: where it leaves its notes; only this element writes there.
    """

    parcel: JobPayload
    specs: dict[str, str]
    folder: Path

    @classmethod
    def of(cls, parcel: JobPayload, specs: Sequence[RunSpec], jobs: Path) -> ArrayTask:
        """An element for these runs, with a folder of its own."""
        folder = jobs / f"notes-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return cls(parcel, {spec.key: spec.model_dump_json() for spec in specs}, folder)

    def __call__(self) -> str:
        """At the node: do every run that has no note yet. Returns why that cannot be, or "". It never raises: submitit's debug
        executor would open a debugger."""
        node = Node(self.parcel)
        try:
            trouble = node.trouble()
            if not trouble:
                self._do_all(node)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            node.close()
        return trouble

    def checkpoint(self) -> Any:
        """What is requeued when Slurm preempts the job, or its time is over: the same again. Notes and records say what is done."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)

    def notes(self) -> list[Finished]:
        """At the driver: how the runs so far ended."""
        return [Finished(**json.loads(note.read_bytes())) for note in sorted(self.folder.glob("*.json"))]

    def begun(self, key: str) -> bool:
        """At the driver: whether this run was begun."""
        return self._begun(key).exists()

    def _do_all(self, node: Node) -> None:
        for key, spec in self.specs.items():
            note = self.folder / f"{key}.json"
            if not note.exists():
                self._begun(key).touch()
                write_atomic(note, json.dumps(node.do(spec)).encode())

    def _begun(self, key: str) -> Path:
        return self.folder / f"{key}.begun"
