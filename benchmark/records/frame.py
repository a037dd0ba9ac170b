"""The tidy frame: one row per (suite, profile, protocol, key), what was planned joined with what is there."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import UserError, unknown
from benchmark.records.alarms import IDENTICAL
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import RunRecord
from benchmark.records.spec import canonical, setting_id
from benchmark.records.store import RecordStore, UnreadableFile

if TYPE_CHECKING:
    import pandas as pd

# The columns of `export`, in this order; new ones only ever at the end.
COLUMNS = [
    *("suite", "profile", "protocol", "task", "task_source", "partial", "method", "variant", "shots", "noise_kind", "noise_level"),
    *("split_seed", "seed", "metric", "value", "dev_value", "n_train", "n_dev", "n_test", "status", "seconds", "forward_examples"),
    *("key", "role", "trial", "encoder", "device", "precision", "threads", "env_id", "n_unlabelled", "sampler", "noise_where"),
    *("backward_examples", "labels_used", "alarms", "error", "params", "metrics", "init_seed"),
    *("noise_size", "unlabelled", "pool_size", "setting", "n_test_cut", "diagnostics", "transfer"),
]
WHOLE = [
    *("split_seed", "seed", "n_train", "n_dev", "n_test", "forward_examples", "trial", "threads", "n_unlabelled", "backward_examples"),
    *("labels_used", "init_seed", "pool_size", "n_test_cut"),
]
REAL = ["noise_level", "value", "dev_value", "seconds"]
FORMATS = ("csv", "json", "parquet")


def load_results(folder: Path | str, *, keep: dict[str, RunRecord] | None = None) -> pd.DataFrame:
    """All results of a folder: the columns of `COLUMNS`, in a fixed order of rows. `alarms`, `params`, `metrics` and
    `diagnostics` (phase -> what `PhaseDiagnostics` measured) are JSON texts.

    A planned run that is not there has the status `missing`; a file that cannot be read counts as missing and is told in
    `frame.attrs["problems"]`, as (file, reason). A record that no manifest plans has an empty suite and profile.

    Args:
        keep: filled with key -> record, for a caller that needs predictions too: reading thousands of records twice takes seconds.

    Raises:
        UserError: a folder without any record or manifest.
    """
    import pandas as pd

    rows, problems = load_rows(folder, keep=keep)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame.astype(dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(REAL, "float64"))
    frame.attrs["problems"] = [tuple(problem) for problem in problems]
    return frame


def load_rows(folder: Path | str, *, keep: dict[str, RunRecord] | None = None) -> tuple[list[dict[str, Any]], list[UnreadableFile]]:
    """The rows of the frame as plain dictionaries, without those columns that a missing run leaves empty, and what could not be read.

    Args:
        keep: as in `load_results`.

    Raises:
        UserError: a folder without any record or manifest.
    """
    store = RecordStore(folder)
    records, problems = _split(store)
    if keep is not None:
        keep.update(records)
    manifests = [m for m in store.manifests() if isinstance(m, Manifest)]
    problems += [p for p in store.manifests() if isinstance(p, UnreadableFile)]
    if not (records or manifests or problems):
        raise UserError(
            f"There are no results in {str(folder)!r}.", "A folder that `run --results DIR` wrote.", "Give it with --results DIR."
        )
    return list(_rows(manifests, records)), problems


def export(folder: Path | str, format: str) -> bytes:
    """The frame as `csv`, `json` (a list of objects) or `parquet`."""
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    frame = load_results(folder)
    if format == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if format == "json":
        return (frame.to_json(orient="records", double_precision=15, indent=1) + "\n").encode()
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _split(store: RecordStore) -> tuple[dict[str, RunRecord], list[UnreadableFile]]:
    records: dict[str, RunRecord] = {}
    problems: list[UnreadableFile] = []
    for item in store:
        if isinstance(item, UnreadableFile):
            problems.append(item)
        else:
            records[item.key] = item
    return records, problems


def _rows(manifests: Iterable[Manifest], records: dict[str, RunRecord]) -> Iterator[dict[str, Any]]:
    planned: dict[tuple[str, str, str, str], ManifestRow] = {}
    for manifest in manifests:
        for row in manifest.rows:
            planned.setdefault((manifest.suite, manifest.profile, manifest.protocol, row.key), row)
    keys = {where[3] for where in planned}
    for key in sorted(records.keys() - keys):
        record = records[key]
        spec = record.spec
        row = ManifestRow.of(spec, arm=spec.method.name, task_source="", metric=record.primary)
        planned[("", "", spec.split.protocol, key)] = row
    twins = identical(records.values())
    for where, row in sorted(planned.items(), key=lambda item: _order(*item)):
        yield _row(where, row, records.get(row.key), row.key in twins)


def _order(where: tuple[str, str, str, str], row: ManifestRow) -> tuple[Any, ...]:
    shots = (int(row.shots), "") if row.shots.isdigit() else (10**9, row.shots)
    noise = (row.noise_kind, row.noise_level or 0.0, row.noise_where)
    seeds = tuple(-1 if seed is None else seed for seed in (row.seed, row.init_seed))
    return (*where[:3], row.task, shots, noise, row.arm, row.trial or 0, row.split_seed, *seeds, row.key)


def _row(where: tuple[str, str, str, str], row: ManifestRow, record: RunRecord | None, twin: bool) -> dict[str, Any]:
    planned = row.model_dump(exclude={"arm", "params", "notes"})
    told = {"suite": where[0], "profile": where[1], "protocol": where[2], "variant": row.arm, "params": canonical(row.params)}
    # A manifest of format 1 lacks what a record of the run, or else the planned size, tells.
    older = {"unlabelled": str(row.n_unlabelled or 0), "noise_size": "replace" if row.noise_kind else ""} if not row.unlabelled else {}
    return {**planned, **older, **told, **(_missing() if record is None else _measured(record, twin))}


def _missing() -> dict[str, Any]:
    return {"status": "missing", "alarms": "[]", "metrics": "{}", "diagnostics": "{}", "transfer": "{}", "error": "", "env_id": ""}


def _measured(record: RunRecord, twin: bool) -> dict[str, Any]:
    alarms = sorted({*record.alarms, *([IDENTICAL] if twin else [])})
    error = f"{record.error.type}: {record.error.message}" if record.error else ""
    sizes = {name: getattr(record, name) for name in ("n_train", "n_dev", "n_test", "n_unlabelled", "labels_used")}
    return {
        "status": record.status,
        "metric": record.primary,
        "value": record.value,
        "dev_value": record.dev_value,
        "seconds": record.seconds,
        "forward_examples": record.forward,
        "backward_examples": record.backward,
        "env_id": record.env_id,
        "n_test_cut": None if record.truncated is None else record.truncated.test,
        "alarms": canonical(alarms),
        "error": " ".join(error.split()),
        "metrics": canonical(record.metrics if record.status == "done" else {}),
        "diagnostics": canonical({phase.name: phase.log["diagnostics"] for phase in record.phases if "diagnostics" in phase.log}),
        "transfer": canonical({name: {"n": found.n, **found.metrics} for name, found in record.transfer.items()}),
        "unlabelled": str(record.spec.split.unlabelled),
        "noise_size": record.spec.noise.size if record.spec.noise else "",
        "pool_size": record.pool_size,
        "setting": setting_id(record.spec.setting),
        **(sizes if record.status == "done" else {}),
    }


def identical(records: Iterable[RunRecord]) -> set[str]:
    """Keys of runs that predict exactly like another seed of the same arm in the same cell, where the method draws random numbers."""
    groups: dict[tuple[str, str], list[RunRecord]] = defaultdict(list)
    for record in records:
        if record.status == "done" and record.spec.seed is not None and record.predictions is not None:
            split = record.spec.split.model_copy(update={"split_seed": 0})
            spec = record.spec.model_copy(update={"seed": None, "init_seed": None, "split": split})
            groups[canonical(spec.model_dump(mode="json")), record.predictions.packed].append(record)
    return {record.key for group in groups.values() if len(group) > 1 for record in group}
