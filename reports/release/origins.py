"""The origins of results: versions, commits and commands that made them, as manifests and records name them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore

Where = tuple[str, str, str]  # suite, profile, protocol


@dataclass(frozen=True)
class Origins:
    """What made the runs of a folder.

    Args:
        plans: its manifests.
        records: key -> record, those of failed runs too.
    """

    plans: tuple[Manifest, ...]
    records: Mapping[str, RunRecord] = field(repr=False)

    @classmethod
    def read(cls, store: RecordStore) -> Origins:
        """Those of a results folder or an archive; files that cannot be read are left out."""
        plans = tuple(plan for plan in store.manifests() if isinstance(plan, Manifest))
        return cls(plans, {record.key: record for record in store if isinstance(record, RunRecord)})

    def commits(self, keys: Iterable[str] | None = None) -> tuple[str, ...]:
        """The commits that the records of these keys name, or those of all; a working tree that differed from its commit says so."""
        found = (self.records.get(key) for key in (self.records if keys is None else keys))
        states = {(record.git.commit, record.git.dirty) for record in found if record is not None and record.git is not None}
        return tuple(f"{commit}{' with changes' if dirty else ''}" for commit, dirty in sorted(states))

    def versions(self, where: Where | None = None) -> tuple[str, ...]:
        """The versions of this program that planned the runs of a suite, profile and protocol, or all."""
        return tuple(sorted({plan.code for plan in self._of(where)} - {""}))

    def commands(self, where: Where | None = None) -> tuple[str, ...]:
        """The commands that planned them, as far as manifests keep the options."""
        return tuple(sorted({_command(plan.request) for plan in self._of(where) if plan.request}))

    def _of(self, where: Where | None) -> Iterator[Manifest]:
        yield from (plan for plan in self.plans if where in (None, (plan.suite, plan.profile, plan.protocol)))


def _command(request: Mapping[str, object]) -> str:
    """`python -m benchmark run` with its options; a list is written with commas, as the command line takes it."""
    words = ["python", "-m", "benchmark", "run"]
    for name, value in sorted(request.items()):
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.append(",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    return shlex.join(words)
