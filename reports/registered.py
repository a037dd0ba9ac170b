"""What a report says of a registration: `as registered`, or every deviation from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from benchmark.config.toml_files import load_analysis, names
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.registration.deviations import Deviation, StudyState, deviations
from benchmark.records.registration.registration import Registration, read_registration
from benchmark.records.store import RecordStore
from benchmark.version import NUMERICS

FEW = 2  # lines on unfinished runs of a stage, where not all are shown


def registration_lines(file: Path, results: Path) -> list[str]:
    """One line that says whether the study in `results` is as registered in `file`, and one per deviation."""
    registration, store = read_registration(file), RecordStore(results)
    records = {record.key: record for record in store if isinstance(record, RunRecord)}
    return comparison_lines(registration, study_state(registration, store, records))


def comparison_lines(registration: Registration, state: StudyState) -> list[str]:
    """As `registration_lines`, from what has been read. Runs that are not made yet stand last: they are its progress."""
    found = sorted(deviations(registration, state), key=lambda one: one.kind == "missing")
    head = f"The study {registration.suite!r}, registered at commit {registration.code.commit[:12]}"
    return [f"{head}: {counted(found)}.", *(f"- {one}" for one in found)]


def abridged(lines: Sequence[str]) -> list[str]:
    """The lines as a reader begins with them: of the runs of a stage that are not made yet the first few, then how many lines more."""
    kept: list[str] = []
    for stage, group in groupby(lines, lambda line: line.partition(": ")[0]):
        some = list(group)
        folded = len(some) - FEW if stage.startswith("- missing") and len(some) > FEW + 1 else 0
        kept += some[:FEW] if folded else some
        kept += [f"{stage}: {folded} more lines of this stage, all in the report.json of a whole report"] if folded else []
    return kept


def counted(found: Sequence[Deviation]) -> str:
    """How many deviations there are, apart from runs that are not made yet."""
    if not found:
        return "as registered"
    missing = sum(one.kind == "missing" for one in found)
    others = len(found) - missing
    waits = f" other than runs not made yet ({missing} line{'s' * (missing != 1)})" if missing else ""
    return f"{others or 'no'} deviation{'s' * (others > 1)}{waits}"


def without_bulk(record: RunRecord) -> RunRecord:
    """A record as a comparison with the registration needs it: thousands of them stay in memory."""
    return record.model_copy(update={"predictions": None, "phases": (), "dev_metrics": {}})


def study_state(registration: Registration, store: RecordStore, records: Mapping[str, RunRecord]) -> StudyState:
    """The state of the registered study in a results folder or an archive, from its records by key."""
    name = registration.analysis.get("name", "")
    return StudyState(
        manifests=readable_manifests(store),
        records=records,
        environments={env_id: found for env_id in {r.env_id for r in records.values()} if (found := store.environment(env_id))},
        analysis=load_analysis(name).model_dump(mode="json") if name in names("analyses") else {},
        numerics=NUMERICS,
    )


def readable_manifests(store: RecordStore) -> tuple[Manifest, ...]:
    """The manifests that can be read."""
    return tuple(manifest for manifest in store.manifests() if isinstance(manifest, Manifest))
