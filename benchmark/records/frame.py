"""The results frame: one row per (suite, profile, protocol, key), the planned runs joined with their records.

Reading keeps of a record what its row and its report need, never the whole record: a folder may hold tens of thousands."""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmark.errors import UserError, unknown
from benchmark.extension_points import ExtensionPoint
from benchmark.records import prediction_codec
from benchmark.records.alarms import IDENTICAL
from benchmark.records.error_text import defused, printable
from benchmark.records.manifest import DECLARED, ManifestRow
from benchmark.records.record import RunRecord, SideFile
from benchmark.records.spec import canonical, setting_id
from benchmark.records.store import RecordStore, UnreadableFile

if TYPE_CHECKING:
    import pandas as pd

    TableFunction = Callable[[pd.DataFrame], "pd.DataFrame | None"]

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


Examine = Callable[[RunRecord], str]  # "" for a record that can be believed, else the reason why not
Where = tuple[str, str, str]  # suite, profile, protocol


class ReportTables(ExtensionPoint["TableFunction"]):
    """Tables that plug-ins add to a report, by name: functions from the frame of one block to a data frame."""

    def register(self, name: str) -> Callable[[TableFunction], TableFunction]:
        """Decorator of a function that takes the rows of one suite, profile and protocol (the columns of `load_results`) and returns the
        table, or None where it has nothing to show. The first line of its docstring is the caption, the rest a footnote."""

        def keep(function: TableFunction) -> TableFunction:
            self.add(name, function, (function.__module__, function.__qualname__))
            return function

        return keep


report_tables = ReportTables("report_tables")


class StoredRun(NamedTuple):
    """What a report needs of a finished run beyond its row: its predictions as they are packed, and the files that it names."""

    classes: int
    n: int
    packed: bytes
    testset: str | None
    probabilities: SideFile | None
    representations: SideFile | None

    @classmethod
    def of(cls, record: RunRecord) -> StoredRun:
        """The part of a record that a report reads on demand."""
        found = record.predictions
        packed = (0, 0, b"") if found is None else (found.classes, found.n, found.packed.encode("ascii"))
        return cls(*packed, record.testset, record.probabilities, record.representations)

    def ids(self) -> list[int] | None:
        """The predicted class of every test example; None where the record holds none. UserError where they cannot be unpacked."""
        return prediction_codec.unpack(self.packed.decode("ascii"), self.n, self.classes) if self.classes else None


class PlanSummary(NamedTuple):
    """What a manifest says beside its rows.

    Args:
        arms: its arms, in the order of the plan.
        declared: arm -> (method, family, controls) as the manifest has them; the family is "" in manifests of older releases.
        baseline: the arm that the suite compares the others with; "" in manifests of older releases.
    """

    suite: str
    profile: str
    protocol: str
    stand_in: bool
    arms: tuple[str, ...]
    design: dict[str, Any]
    declared: dict[str, tuple[str, str, tuple[str, ...]]]
    baseline: str


@dataclass(frozen=True)
class ResultsFolder:
    """A results folder, read once.

    Args:
        rows: the rows of the frame as plain dictionaries, in its order; a missing run lacks the columns that it leaves empty.
        runs: key -> what a report needs of a finished run beyond its row.
        settings: id -> spec without seeds, of every record and every planned run.
        plans: one for each manifest.
        problems: files that cannot be read or believed; their runs count as missing.
    """

    rows: list[dict[str, Any]]
    runs: dict[str, StoredRun]
    settings: dict[str, dict[str, Any]]
    plans: tuple[PlanSummary, ...]
    problems: tuple[UnreadableFile, ...]


def load_results(folder: Path | str, *, examine: Examine | None = None) -> pd.DataFrame:
    """All results of a folder: the columns of `COLUMNS`, in a fixed order of rows. `alarms`, `params`, `metrics`, `transfer` and
    `diagnostics` (phase -> what `PhaseDiagnostics` measured) are JSON texts.

    A planned run without a record has the status `missing`; so has one whose record cannot be read or believed. `frame.attrs["problems"]`
    names the file, as (file, reason). A record that no manifest plans has an empty suite and profile.

    Args:
        examine: gives the reason why a record cannot be believed, or "".

    Raises:
        UserError: a folder without any record or manifest.
    """
    found = read_folder(folder, examine=examine)
    frame = as_frame(found.rows)
    frame.attrs["problems"] = [tuple(problem) for problem in found.problems]
    return frame


def as_frame(rows: Sequence[Mapping[str, Any]], more: Sequence[str] = ()) -> pd.DataFrame:
    """Rows as a frame of typed columns: `COLUMNS`, then `more`."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=[*COLUMNS, *more])
    return frame.astype(dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(REAL, "float64"))


def read_folder(folder: Path | str, *, examine: Examine | None = None) -> ResultsFolder:
    """Read every manifest and every record once.

    Args:
        examine: as in `load_results`.

    Raises:
        UserError: a folder without any record or manifest.
    """
    store = RecordStore(folder)
    settings: dict[str, dict[str, Any]] = {}
    planned, plans, problems = _planned(store, settings)
    keys = {row.key for _, row in planned}
    measured: dict[str, dict[str, Any]] = {}
    runs: dict[str, StoredRun] = {}
    groups: dict[tuple[str, bytes], list[str]] = defaultdict(list)
    for item in store:
        if isinstance(item, UnreadableFile):
            problems.append(item)
            continue
        if examine is not None and (reason := examine(item)):
            problems.append(UnreadableFile(f"records/{item.key[:2]}/{item.key}.json", reason))
            continue
        measured[item.key] = row = _measured(item)
        settings.setdefault(row["setting"], item.spec.setting)
        if item.key not in keys:
            planned.append((("", "", item.spec.split.protocol), _unplanned(item)))
        if item.status == "done":
            runs[item.key] = StoredRun.of(item)
            if item.spec.seed is not None and item.predictions is not None:
                groups[row["setting"], hashlib.sha256(item.predictions.packed.encode()).digest()].append(item.key)
    if not (measured or plans or problems):
        raise UserError(
            f"There are no results in {str(folder)!r}.", "A folder that `run --results DIR` wrote.", "Give it with --results DIR."
        )
    for key in (key for group in groups.values() if len(group) > 1 for key in group):
        measured[key]["alarms"] = canonical(sorted({*json.loads(measured[key]["alarms"]), IDENTICAL}))
    planned.sort(key=lambda item: _order(*item))
    return ResultsFolder([_row(*item, measured.get(item[1].key)) for item in planned], runs, settings, tuple(plans), tuple(problems))


def export(folder: Path | str, format: str, *, examine: Examine | None = None) -> tuple[bytes, tuple[UnreadableFile, ...]]:
    """The frame as `csv`, `json` (a list of objects) or `parquet`, and the files that were left out.

    A text that a spreadsheet would run as a formula gets an apostrophe in front of it in CSV.
    """
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    found = read_folder(folder, examine=examine)
    frame = as_frame(found.rows)
    if format == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        return buffer.getvalue(), found.problems
    if format == "json":
        return (frame.to_json(orient="records", double_precision=15, indent=1) + "\n").encode(), found.problems
    texts = frame.select_dtypes(exclude="number").columns
    frame[texts] = frame[texts].map(lambda value: defused(printable(value)) if isinstance(value, str) else value)
    return frame.to_csv(index=False, lineterminator="\n").encode(), found.problems


def _planned(
    store: RecordStore, settings: dict[str, dict[str, Any]]
) -> tuple[list[tuple[Where, ManifestRow]], list[PlanSummary], list[UnreadableFile]]:
    """The rows of all manifests, each (suite, profile, protocol, key) once; the manifests in brief; and what cannot be read of them."""
    planned: dict[tuple[Where, str], tuple[Where, ManifestRow]] = {}
    plans, problems = [], []
    for item in store.manifests():
        if isinstance(item, UnreadableFile):
            problems.append(item)
            continue
        where = (item.suite, item.profile, item.protocol)
        for row in item.rows:
            planned.setdefault((where, row.key), (where, row))
        settings.update(item.settings)
        declared = {row.arm: (row.method, row.family, row.controls) for row in item.rows}
        plans.append(PlanSummary(*where, item.stand_in, tuple(declared), item.design, declared, item.baseline))
    return list(planned.values()), plans, problems


def _unplanned(record: RunRecord) -> ManifestRow:
    return ManifestRow.of(record.spec, arm=record.spec.method.name, task_source="", metric=record.primary)


def _order(where: Where, row: ManifestRow) -> tuple[Any, ...]:
    shots = (int(row.shots), "") if row.shots.isdigit() else (10**9, row.shots)
    noise = (row.noise_kind, row.noise_level or 0.0, row.noise_where)
    seeds = tuple(-1 if seed is None else seed for seed in (row.seed, row.init_seed))
    return (*where, row.task, shots, noise, row.arm, row.trial or 0, row.split_seed, *seeds, row.key)


def _row(where: Where, row: ManifestRow, measured: dict[str, Any] | None) -> dict[str, Any]:
    planned = {name: getattr(row, name) for name in _PLANNED}
    names = {"suite": where[0], "profile": where[1], "protocol": where[2], "variant": row.arm, "params": canonical(row.params)}
    # A manifest of format 1 lacks what a record of the run, or else the planned size, tells.
    older = {"unlabelled": str(row.n_unlabelled or 0), "noise_size": "replace" if row.noise_kind else ""} if not row.unlabelled else {}
    return {**planned, **older, **names, **(_missing() if measured is None else measured)}


def _missing() -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(("metrics", "diagnostics", "transfer"), "{}")
    return {"status": "missing", "alarms": "[]", **nothing, "error": "", "env_id": "", "scorer": ""}


def _measured(record: RunRecord) -> dict[str, Any]:
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
        "alarms": canonical(sorted({*record.alarms})),
        "error": " ".join(error.split()),
        "metrics": canonical(record.metrics if record.status == "done" else {}),
        "diagnostics": canonical({phase.name: phase.log["diagnostics"] for phase in record.phases if "diagnostics" in phase.log}),
        "transfer": canonical({name: {"n": found.n, **found.metrics} for name, found in record.transfer.items()}),
        "unlabelled": str(record.spec.split.unlabelled),
        "noise_size": record.spec.noise.size if record.spec.noise else "",
        "pool_size": record.pool_size,
        "scorer": record.scorer,
        "setting": setting_id(record.spec.setting),
        **(sizes if record.status == "done" else {}),
    }


_PLANNED = [name for name in ManifestRow.model_fields if name not in ("arm", "params", "notes", *DECLARED)]
