"""A reference: the finished runs of one suite and profile in an archive or results folder, by arm, cell and seeds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from benchmark.errors import UserError, unknown
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec, shown_shots
from benchmark.records.store import RecordStore

STUDY = "reference"  # the word that stands for the study of the checkout
VARIABLE = "BENCHMARK_REFERENCE"
Examine = Callable[[RunRecord], str]  # "" for a record that can be believed, else the reason why not


class RunPlace(NamedTuple):
    """The cell and the split of a run, which runs of other methods share: task, shots, noise, unlabelled texts, sampler, split seed."""

    task: str
    shots: str
    noise: tuple[str, float, str, str] | None
    unlabelled: str
    sampler: str
    split_seed: int

    @classmethod
    def of(cls, spec: RunSpec) -> RunPlace:
        """The place of a run."""
        noise = None if spec.noise is None else (spec.noise.kind, spec.noise.level, spec.noise.where, spec.noise.size)
        split = spec.split
        return cls(spec.task.name, shown_shots(split.shots, split.imbalance), noise, str(split.unlabelled), spec.sampler, split.split_seed)


class ReferenceRun(NamedTuple):
    """A planned run of the reference that is finished: its row in a manifest, and its record."""

    row: ManifestRow
    record: RunRecord


@dataclass(frozen=True)
class Reference:
    """The finished runs of one suite, profile and protocol.

    Args:
        profile: its plain name: runs with another encoder, a search or a crossed design are left out.
        rows: every planned run, finished or not.
        runs: the finished ones.
        left_out: records that cannot be believed, each with why.
        testsets: id -> gold labels of each stored test set.
    """

    folder: Path
    suite: str
    profile: str
    protocol: str
    rows: tuple[ManifestRow, ...]
    runs: tuple[ReferenceRun, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    testsets: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def arms(self) -> dict[str, ManifestRow]:
        """Arm -> one of its rows, which says its method, family and controls, in the order of the plan."""
        return {row.arm: row for row in self.rows if row.arm in self.finished}

    @cached_property
    def finished(self) -> dict[str, dict[RunPlace, list[RunRecord]]]:
        """Arm -> place -> its finished runs there (one per seed)."""
        found: dict[str, dict[RunPlace, list[RunRecord]]] = {}
        for run in self.runs:
            found.setdefault(run.row.arm, {}).setdefault(RunPlace.of(run.record.spec), []).append(run.record)
        return found

    def beside(self, arm: str, spec: RunSpec) -> RunRecord | None:
        """The finished run of an arm on the split and seeds of a run; an arm without seeds stands beside every seed of its split."""
        return next((record for record in self.finished.get(arm, {}).get(RunPlace.of(spec), ()) if same_seeds(spec, record.spec)), None)


def same_seeds(first: RunSpec, second: RunSpec) -> bool:
    """Whether two runs of one split have the same seeds; a method that draws none stands beside every seed."""
    return None in (first.seed, second.seed) or (first.seed, first.init_seed) == (second.seed, second.init_seed)


def find_reference(given: str) -> Path:
    """The folder that `--against` means: `reference` is BENCHMARK_REFERENCE, or else results/study of the checkout; anything else a path.

    Raises:
        UserError: no such folder.
    """
    folder = Path(given)
    if given == STUDY:
        folder = Path(os.environ.get(VARIABLE) or Path(__file__).resolve().parents[3] / "results" / "study")
    if not folder.is_dir():
        where = f"{STUDY!r}, which is {folder.name!r} here" if given == STUDY else repr(given)
        raise UserError(
            f"--against {where}: there is no such folder.",
            f"{STUDY!r} (results/study of a source checkout, or the folder that {VARIABLE} names), or a results folder or archive by path.",
            f"Give the path of a copy of results/study, or set {VARIABLE}.",
        )
    return folder


def believe(record: RunRecord) -> str:
    """Examines nothing."""
    return ""


def read_reference(folder: Path, suite: str | None = None, profile: str | None = None, *, examine: Examine = believe) -> Reference:
    """The finished runs of a folder.

    Args:
        suite, profile: which, where the folder holds several.
        examine: gives the reason why a record cannot be believed, or "".

    Raises:
        UserError: nothing that can be compared with, or several suites or profiles and none named.
    """
    store = RecordStore(folder)
    manifests = [item for item in store.manifests() if isinstance(item, Manifest) and "+" not in item.profile]
    if not manifests:
        raise UserError(
            f"There is nothing to compare with in {str(folder)!r}: no plan of it can be read.",
            "A results folder or archive that `run` or `archive` wrote.",
            "Correct the path.",
        )
    suite = _one("suite", suite, {manifest.suite for manifest in manifests})
    manifests = [manifest for manifest in manifests if manifest.suite == suite]
    profile = _one("profile", profile, {manifest.profile for manifest in manifests})
    manifests = [manifest for manifest in manifests if manifest.profile == profile]
    protocol = _one("protocol", None, {manifest.protocol for manifest in manifests})
    rows = {row.key: row for manifest in sorted(manifests, key=_stage) for row in manifest.rows if row.role == "arm"}
    runs, left_out = [], []
    for record in store:
        if not isinstance(record, RunRecord):
            left_out.append((record.file, record.reason))
        elif record.key in rows and record.status == "done" and record.value is not None:
            if reason := examine(record):
                left_out.append((record.key, reason))
            else:
                runs.append(ReferenceRun(rows[record.key], record))
    testsets = {name: _labels(store, name) for name in {run.record.testset for run in runs} if name is not None}
    return Reference(folder, suite, profile, protocol, tuple(rows.values()), tuple(runs), tuple(left_out), testsets)


def _stage(manifest: Manifest) -> tuple[int, str]:
    stage = str(manifest.design.get("stage", ""))
    return len(stage), stage


def _one(what: str, given: str | None, found: set[str]) -> str:
    if given is not None and given in found:
        return given
    if given is not None:
        raise unknown(what, given, found, f"The reference holds no other {what}.")
    if len(found) > 1:
        raise UserError(f"The reference holds several {what}s.", f"One of {', '.join(sorted(found))}.", f"Name it with --{what}.")
    return next(iter(found))


def _labels(store: RecordStore, name: str) -> tuple[int, ...]:
    try:
        content: dict[str, Any] = store.get_shared("testsets", name)
    except UserError:
        return ()
    return tuple(content["labels"])
