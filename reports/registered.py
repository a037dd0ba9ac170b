"""What a report says of a registration: `as registered`, or every deviation from it."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.toml_files import load_analysis, names
from benchmark.errors import UserError
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.registration.deviations import StudyState, deviations
from benchmark.records.registration.registration import Registration, read_registration
from benchmark.records.store import RecordStore
from benchmark.version import NUMERICS


def registration_lines(file: Path, results: Path) -> list[str]:
    """One line that says whether the study in `results` is as registered in `file`, and one per deviation."""
    registration = read_registration(file)
    found = deviations(registration, study_state(registration, results))
    head = f"The study {registration.suite!r}, registered at commit {registration.code.commit[:12]}"
    if not found:
        return [f"{head}: as registered."]
    return [f"{head}: {len(found)} deviation{'s' * (len(found) != 1)}.", *(f"- {deviation}" for deviation in found)]


def study_state(registration: Registration, results: Path) -> StudyState:
    """The state of the registered study in a results folder or an archive."""
    store = RecordStore(results)
    records = {record.key: record for record in store if isinstance(record, RunRecord)}
    name = registration.analysis.get("name", "")
    return StudyState(
        manifests=tuple(manifest for manifest in store.manifests() if isinstance(manifest, Manifest)),
        records=records,
        environments={env_id: found for env_id in {r.env_id for r in records.values()} if (found := _environment(store, env_id))},
        analysis=load_analysis(name).model_dump(mode="json") if name in names("analyses") else {},
        numerics=NUMERICS,
    )


def _environment(store: RecordStore, env_id: str) -> dict[str, object]:
    try:
        return store.get_shared("environments", env_id)
    except UserError:
        return {}
