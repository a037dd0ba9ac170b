"""The results folder: one file per run, and what runs share (test sets, splits, environments, manifests) once, under its content's hash.

records/<2 hex>/<key>.json   testsets/<sha>.json   splits/<sha>.json   environments/<sha>.json   manifests/<id>.json
probabilities/<key>.npy   representations/<key>.npy
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from benchmark.errors import UserError
from benchmark.records.archive.restored import readable
from benchmark.records.atomic_files import check_hex, dump_checksummed, load_checksummed, read_regular, write_atomic
from benchmark.records.error_text import printable
from benchmark.records.jsonable import jsonable
from benchmark.records.manifest import MANIFEST_VERSION, Manifest, manifest_id
from benchmark.records.record import RECORD_VERSION, RunRecord, SideFile
from benchmark.records.spec import content_key
from benchmark.records.upgrade import INSTALL, NewerFormat, upgrade

Shared = Literal["testsets", "splits", "environments"]
Side = Literal["probabilities", "representations"]
REFERENCE = re.compile(rb'"(testset|split|env_id)":"([0-9a-f]{64})"')  # in a record's JSON, which is canonical
REFERRED: dict[bytes, Shared] = {b"testset": "testsets", b"split": "splits", b"env_id": "environments"}


class UnreadableFile(NamedTuple):
    """A file that cannot be used: its path in the results folder, and why."""

    file: str
    reason: str


class NewerFile(UnreadableFile):
    """A file that only a newer release can read. It must not be replaced."""


class RecordStore:
    """A results folder, or an archive of one, which is read-only. Every write is whole or not at all; several processes may write at once.

    Args:
        root: the folder; it is made at the first write.
    """

    def __init__(self, root: Path | str) -> None:
        self.given = Path(root)
        self.root, self._damaged = readable(self.given)

    def _writable(self) -> None:
        if self.root != self.given:
            raise UserError(
                f"{str(self.given)!r} is an archive.",
                "An archive is read, never written to by a run.",
                "Give a results folder with --results.",
            )

    def write(self, record: RunRecord) -> Path:
        """Store a record, in place of an older one of the same key.

        Raises:
            NewerFormat: the record there was written by a newer release.
        """
        self._writable()
        path = self._path(record.key)
        _keep_newer(path, RECORD_VERSION)
        brief = record.model_dump(mode="json", exclude_defaults=True)
        write_atomic(path, dump_checksummed({**brief, "version": record.version, "spec": record.spec.model_dump(mode="json")}))
        return path

    def get(self, key: str) -> RunRecord | None:
        """The record of a full key; None where there is none that can be read."""
        path = self._path(check_hex("key", key, 64))
        found = self._load(path) if path.is_file() else None
        return found if isinstance(found, RunRecord) else None

    def stamp(self, key: str) -> str:
        """Which record of a key is there now: a text that differs when another one takes its place, and is empty where none is."""
        try:
            return hashlib.sha256(read_regular(self._path(check_hex("key", key, 64)))).hexdigest()
        except (OSError, ValueError):
            return ""

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def read(self, prefix: str) -> RunRecord:
        """The record whose key starts with `prefix`.

        Raises:
            UserError: no such record, several of them, or one that is truncated or edited.
        """
        found = self._matching(check_hex("key", prefix))
        if not found:
            raise UserError(
                f"No record in {self.given} has a key that starts with {prefix!r}.", "", "Keys stand in the column key of `export`."
            )
        if len(found) > 1:
            keys = ", ".join(path.stem[: len(prefix) + 4] for path in found[:5])
            raise UserError(f"{len(found)} records have a key that starts with {prefix!r}: {keys}.", "", "Give more digits.")
        record = self._load(found[0])
        if not isinstance(record, RunRecord):
            raise UserError(f"The record {found[0].stem} cannot be used: {record}.", "", "Delete the file or run it again with --rerun.")
        return record

    def find(self, prefix: str) -> dict[str, Any]:
        """`read` as plain data, for display."""
        return self.read(prefix).model_dump(mode="json")

    def __iter__(self) -> Iterator[RunRecord | UnreadableFile]:
        """Every record in the order of keys; a file that is truncated, edited or otherwise unreadable comes as an `UnreadableFile`."""
        yield from (UnreadableFile(*damaged) for damaged in self._damaged)
        for path in sorted((self.root / "records").glob("*/*.json")):
            record = self._load(path)
            yield record if isinstance(record, RunRecord) else self._unreadable(path, record)

    def put(self, kind: Shared, content: dict[str, Any]) -> str:
        """Keep what several runs share, once; its SHA-256 is its name."""
        self._writable()
        sha = content_key(content)
        path = self.root / kind / f"{sha}.json"
        if isinstance(self._checked(path, sha), str):
            write_atomic(path, dump_checksummed(content))
        return sha

    def get_shared(self, kind: Shared, sha: str) -> dict[str, Any]:
        """What `put` stored. UserError where it is missing, truncated or edited."""
        path = self.root / kind / f"{check_hex(f'id in {kind}', sha, 64)}.json"
        content = self._checked(path, sha)
        if isinstance(content, str):
            raise UserError(f"{path} cannot be used: {content}.", "", "Run the suite again: it writes the file again.")
        return content

    def is_intact(self, kind: Shared, sha: str) -> bool:
        """Whether what `put` stored is neither missing nor truncated nor edited."""
        return not self.damage(kind, sha)

    def damage(self, kind: Shared, sha: str) -> str:
        """Why what `put` stored cannot be used; "" where it can."""
        content = self._checked(self.root / kind / f"{check_hex(f'id in {kind}', sha, 64)}.json", sha)
        return content if isinstance(content, str) else ""

    def references(self, keys: Iterable[str]) -> dict[tuple[Shared, str], str]:
        """What the records of these keys refer to, as (kind, SHA-256), each with one key that does. Read without parsing the records."""
        found: dict[tuple[Shared, str], str] = {}
        for key in keys:
            with contextlib.suppress(OSError, ValueError):
                for name, sha in REFERENCE.findall(read_regular(self._path(key))):
                    found.setdefault((REFERRED[name], sha.decode()), key)
        return found

    def write_testset(self, ids: Iterable[int], labels: Iterable[int], label_names: Iterable[str]) -> str:
        """Ids and gold labels of a test set (no text). Returns its SHA-256."""
        return self.put(
            "testsets", {"ids": [f"{int(i):016x}" for i in ids], "labels": [int(y) for y in labels], "label_names": list(label_names)}
        )

    def write_environment(self, environment: dict[str, Any]) -> str:
        """Library versions and hardware model. Returns its env_id."""
        return self.put("environments", jsonable(environment))

    def environment(self, env_id: str) -> dict[str, Any]:
        """The environment of a record; empty where it is not stored or cannot be used, which is for the caller to say."""
        try:
            return self.get_shared("environments", env_id)
        except UserError:
            return {}

    def write_split(self, split: dict[str, Any]) -> str:
        """The ids of a split's parts and its notes. Returns its SHA-256."""
        return self.put("splits", jsonable(split))

    def write_side(
        self, key: str, suffix: str, content: bytes, kind: Literal["probabilities", "representations"] = "probabilities"
    ) -> SideFile:
        """A file beside the record. Written before the record that names it."""
        self._writable()
        name = f"{kind}/{check_hex('key', key, 64)}.{suffix.lstrip('.')}"
        write_atomic(self.root / name, content)
        return SideFile(file=name, sha256=hashlib.sha256(content).hexdigest())

    def read_side(self, side: SideFile) -> bytes:
        """The bytes of a side file. UserError where it is missing or not the one that the record names."""
        path = self.root / side.file
        if not path.resolve().is_relative_to(self.root.resolve()) or not path.is_file():
            raise UserError(
                f"The side file {side.file!r} is missing.", "", "Run again with --rerun and --keep-probabilities or --keep-representations."
            )
        try:
            content = read_regular(path)
        except (OSError, ValueError) as error:
            raise UserError(f"The side file {side.file!r} cannot be read: {error}.") from error
        if hashlib.sha256(content).hexdigest() != side.sha256:
            raise UserError(
                f"The side file {side.file!r} is not the one its record names.",
                "",
                "Run again with --rerun and --keep-probabilities or --keep-representations.",
            )
        return content

    def write_manifest(self, manifest: Manifest) -> str:
        """Write down what is planned, before it runs. The same plan gives the same file, written once. Returns its id."""
        self._writable()
        name = manifest.id
        path = self.root / "manifests" / f"{name}.json"
        content = manifest.model_dump(mode="json")
        if not path.is_file() or not _same_plan(path, content):
            _keep_newer(path, MANIFEST_VERSION)
            write_atomic(path, dump_checksummed(content))
        return name

    def manifests(self) -> Iterator[Manifest | UnreadableFile]:
        """Every manifest in the order of ids; one that cannot be read comes as an `UnreadableFile`."""
        for path in sorted((self.root / "manifests").glob("*.json")):
            manifest = self._manifest(path)
            yield manifest if isinstance(manifest, Manifest) else self._unreadable(path, manifest)

    def _unreadable(self, path: Path, error: Exception) -> UnreadableFile:
        """A file of this folder that cannot be used, in characters that a terminal shows."""
        made = NewerFile if isinstance(error, NewerFormat) else UnreadableFile
        return made(printable(path.relative_to(self.root).as_posix()), printable(str(error)))

    def _path(self, key: str) -> Path:
        return self.root / "records" / key[:2] / f"{key}.json"

    def _matching(self, prefix: str) -> list[Path]:
        folders = f"{prefix[:2]}*" if len(prefix) < 2 else prefix[:2]
        return sorted((self.root / "records").glob(f"{folders}/{prefix}*.json"))

    def _load(self, path: Path) -> RunRecord | Exception:
        """The record of a file, or the error that says why it cannot be used."""
        try:
            record = RunRecord.model_validate(upgrade(load_checksummed(path)))
        except ValidationError as error:
            return ValueError(f"not a record: {error.errors()[0]['msg']}")
        except RecursionError:
            return ValueError("nested too deeply")
        except (ValueError, UserError) as error:
            return error
        return record if record.key == path.stem else ValueError("under another record's name")

    def _checked(self, path: Path, sha: str) -> dict[str, Any] | str:
        """The content of a shared file, or why it cannot be used."""
        try:
            content = load_checksummed(path)
        except ValueError as error:
            return str(error)
        return content if content_key(content) == sha else "under the name of another content"

    def _manifest(self, path: Path) -> Manifest | Exception:
        """The manifest of a file, or the error that says why it cannot be used."""
        try:
            content = load_checksummed(path)
            version = content.get("version", 1)
            if type(version) is int and version > MANIFEST_VERSION:
                return NewerFormat(f"A manifest has format version {version}.", f"This program reads {MANIFEST_VERSION}.", INSTALL)
            manifest = Manifest.model_validate(content)
        except ValidationError as error:
            return ValueError(f"not a manifest: {error.errors()[0]['msg']}")
        except RecursionError:
            return ValueError("nested too deeply")
        except ValueError as error:
            return error
        return manifest if manifest_id(content) == path.stem else ValueError("under another manifest's name")


def _keep_newer(path: Path, version: int) -> None:
    """Refuse to replace a file of a newer format than this program writes."""
    try:
        found = load_checksummed(path).get("version")
    except ValueError:  # none, or damaged
        return
    if type(found) is int and found > version:
        raise NewerFormat(f"{path} has format version {found}.", f"This program writes {version}.", INSTALL)


def _same_plan(path: Path, content: dict[str, Any]) -> bool:
    """Whether a manifest's file is whole and says the same, but for what is no part of its id."""
    try:
        there = load_checksummed(path)
    except ValueError:
        return False
    mine, theirs = (
        {name: value for name, value in plan.items() if name not in ("code", "request", "baseline")} for plan in (content, there)
    )
    return _in_order(mine) == _in_order(theirs)


def _in_order(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan with its rows in the order of keys."""
    return {**plan, "rows": sorted(plan.get("rows", []), key=lambda row: (row["key"], row["arm"]))}
