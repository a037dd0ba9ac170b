"""Verifying records: each is run again from what it stores, in a temporary folder, and held against the stored one."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmark.cell import Cell
from benchmark.checks.agreement import AgreementLevel, agreement, differences
from benchmark.checks.stored_files import damaged_files, disbelieved
from benchmark.config.encoder import EncoderConfig
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from benchmark.models.encoder_files import files_hash, locate
from benchmark.planning.workspace import Workspace, data_root_of_environment
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.plugin_loading import load_plugin, plugin_source
from benchmark.plugins.registry import build, methods
from benchmark.records.archive.archive import CELL_FILES
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore, UnreadableFile
from benchmark.running.executors.base import ExecutorSetup
from benchmark.running.executors.pool import LocalPool
from benchmark.running.run_and_record import RUN_FUNCTIONS
from benchmark.version import NUMERICS


class Check(NamedTuple):
    """What became of one record, or of one file that is damaged.

    Args:
        key: the record's, or the name of the file without its ending.
        title: arm and cell, for people; of a file its path in the results folder.
        level: what held; None where it was not run again, or its second run did not end well.
        note: why not, or what a reader must know.
        holds: whether that is what the rules promise: `bitwise` in the same environment, `same conclusion` in another one. None: the
            record could not be run again, which says nothing of it.
    """

    key: str
    title: str
    level: AgreementLevel | None
    note: str
    holds: bool | None


@dataclass(frozen=True)
class Sources:
    """Where a second run finds what the first one read.

    Args:
        encoder: name or folder of an encoder that is not a shipped one.
    """

    plugins: tuple[str, ...] = ()
    data_root: Path | None = None
    task_files: dict[str, Path] = field(default_factory=dict)
    encoder: str | None = None


@dataclass(frozen=True)
class _Again:
    """A run to repeat: what an executor needs of it."""

    key: str
    spec: RunSpec


def verify(results: Path, sources: Sources, sample: int | None = None, workers: int = 1) -> Iterator[Check]:
    """Run records again and say of each what held, in the order in which they end. Damaged files and records that contradict their own
    predictions come first, then what cannot be run.

    Args:
        sample: at most this many, the first in the order of keys (which are hashes, so no choice hides in it).

    Raises:
        UserError: a folder without records, or a plug-in that does not import.
    """
    for plugin in sources.plugins:
        load_plugin(plugin)
    store = RecordStore(results)
    items = list(store)
    records = [item for item in items if isinstance(item, RunRecord)]
    unreadable = [item for item in items if isinstance(item, UnreadableFile)]
    if not items:
        raise UserError(f"There are no records in {str(results)!r}.", "A folder that `run --results DIR` wrote.", "Give --results DIR.")
    doubted = list(disbelieved(store, records))
    for item in (*unreadable, *doubted, *damaged_files(store, records)):
        yield Check(Path(item.file).stem, item.file, None, item.reason, False)
    refused = {Path(item.file).stem for item in doubted}
    origins = _origins(store)
    cell_files = {path.parent.name: path.relative_to(store.root) for path in sorted(store.root.glob(CELL_FILES))}
    able: dict[Place, list[RunRecord]] = defaultdict(list)
    for record in [record for record in records if record.key not in refused][:sample]:
        try:
            able[_place(record, sources, origins.get(record.key), cell_files)].append(record)
        except UserError as error:
            yield Check(record.key, title(record), None, str(error), None)
    with tempfile.TemporaryDirectory(prefix="benchmark-verify-") as folder:
        for place, group in able.items():
            yield from _again(store, group, place.workspace(Path(folder), sources), workers)


def title(record: RunRecord) -> str:
    """Method, cell and seed."""
    return f"{record.spec.method.name} {Cell.of_spec(record.spec).label} seed {record.spec.split.split_seed}"


class Place(NamedTuple):
    """What records that can share a workspace have in common."""

    embedded: bool
    encoder: str  # its configuration as JSON, "" for none
    probabilities: bool
    transfer: bool

    def workspace(self, folder: Path, sources: Sources) -> Workspace:
        """Places in a temporary folder. No phase is taken from a cache: every one is trained."""
        return Workspace(
            results=folder / "results",
            cache=folder / "cache",
            data_root=None if self.embedded else sources.data_root or data_root_of_environment(),
            embedded=self.embedded,
            task_files=sources.task_files,
            encoder=EncoderConfig.model_validate_json(self.encoder) if self.encoder else None,
            plugins=sources.plugins,
            keep_probabilities=self.probabilities,
            transfer=self.transfer,
            rerun=True,
        )


def _origins(store: RecordStore) -> dict[str, str]:
    """Key -> where the manifests say that the data came from."""
    return {row.key: row.task_source for manifest in store.manifests() if isinstance(manifest, Manifest) for row in manifest.rows}


def _place(record: RunRecord, sources: Sources, origin: str | None, cell_files: Mapping[str, Path]) -> Place:
    """Where a record can be run again. UserError, with the reason, where it cannot.

    Args:
        cell_files: the plug-in files that the results folder holds, by the beginning of their SHA-256.
    """
    if record.status != "done":
        raise UserError(f"it is {record.status}, so there is nothing to compare.")
    spec = record.spec
    if spec.numerics != NUMERICS:
        raise UserError(f"older code: its engine's numerics are {spec.numerics}, this one's {NUMERICS}.", "", "Verify with that version.")
    _check_method(record, cell_files)
    if origin == "file" and spec.task.name not in sources.task_files:
        raise UserError(f"its task {spec.task.name!r} came from a file.", "", f"Give --task-file {spec.task.name}=PATH.")
    return Place(origin == "embedded", _encoder(spec, sources), record.probabilities is not None, bool(record.transfer))


def _check_method(record: RunRecord, cell_files: Mapping[str, Path]) -> None:
    name = record.spec.method.name
    if name not in methods.names():
        which = "is not known here" if record.plugin is None else f"came from a plug-in file (SHA-256 {record.plugin[:12]})"
        file = cell_files.get((record.plugin or "")[:12])
        where = "" if file is None else f": {file.as_posix()} of the results folder (`restore` unpacks an archive)"
        raise UserError(f"its method {name!r} {which}.", "", f"Give that file with --plugin{where}.")
    if code_hash(type(build(name, record.spec.method.params))) == record.spec.method.code:
        return
    source = plugin_source(name)
    if record.plugin is not None and source is not None:
        raise UserError(f"its plug-in had the SHA-256 {record.plugin[:12]}, the one given has {source[1][:12]}.", "", "Give that file.")
    raise UserError(f"older code: the method {name!r} has changed since.", "", "Verify with the version that made it.")


def _encoder(spec: RunSpec, sources: Sources) -> str:
    wanted = spec.encoder
    if wanted is None:
        return ""
    config = load_encoder(sources.encoder or wanted.name)
    found = files_hash(config, locate(config))
    if found != wanted.files:
        raise UserError(
            f"the files of its encoder {wanted.name!r} had the hash {wanted.files[:12]}, here {found[:12]}.", "", "Give --encoder."
        )
    same = {"pooling": wanted.pooling, "max_length": wanted.max_length, "reinit": wanted.reinit}
    return config.model_copy(update=same).model_dump_json()


def _again(store: RecordStore, records: Sequence[RunRecord], workspace: Workspace, workers: int) -> Iterator[Check]:
    waiting = {record.key: record for record in records}
    queue = [_Again(record.key, record.spec) for record in records]
    with LocalPool(ExecutorSetup(workspace, RUN_FUNCTIONS, min(workers, len(queue)))) as executor:
        while queue or executor.busy:
            while queue and executor.free:
                executor.submit(queue.pop(0), lambda phase, done, planned: None)
            for finished in executor.collect():
                new = RecordStore(workspace.results).get(finished.key)
                assert new is not None
                yield _held(store, waiting[finished.key], new, RecordStore(workspace.results))


def _held(store: RecordStore, old: RunRecord, new: RunRecord, fresh: RecordStore) -> Check:
    if new.status != "done" or new.testset is None:
        kind, why = (new.error.type, new.error.message) if new.error else ("", new.status)
        impossible = kind == UserError.__name__  # other data, a device that is not there: nothing is known of the record
        return Check(
            old.key,
            title(old),
            None,
            why if impossible else f"the second run ended as {new.status}: {kind}: {why}",
            None if impossible else False,
        )
    level = agreement(old, new, np.array(fresh.get_shared("testsets", new.testset)["labels"]))
    differing = differences(old, new)
    promised, notes = AgreementLevel.BITWISE, []
    if not old.env_id or store.damage("environments", old.env_id):
        promised, level = AgreementLevel.CONCLUSION, max(level, AgreementLevel.CONCLUSION)
        notes.append("in an unknown environment: no more than the same conclusion can be stated")
    elif old.env_id != new.env_id:
        promised = AgreementLevel.CONCLUSION
        notes.append("in another environment (library versions or hardware)")
    if differing:
        level = max(level, AgreementLevel.PREDICTIONS)
        notes.append(f"differs in {', '.join(differing)}")
    return Check(old.key, title(old), level, "; ".join(notes), level <= promised and not differing)
