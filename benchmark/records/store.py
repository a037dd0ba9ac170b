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
from benchmark.records.atomic_files import check_hex, dump_checksummed, load_checksummed, write_atomic
from benchmark.records.jsonable import jsonable
from benchmark.records.manifest import Manifest, manifest_id
from benchmark.records.record import RunRecord, SideFile
from benchmark.records.spec import content_key
from benchmark.records.upgrade import upgrade

Shared = Literal["testsets", "splits", "environments"]
Side = Literal["probabilities", "representations"]
REFERENCE = re.compile(rb'"(testset|split|env_id)":"([0-9a-f]{64})"')  # in a record's JSON, which is canonical
REFERRED: dict[bytes, Shared] = {b"testset": "testsets", b"split": "splits", b"env_id": "environments"}


class UnreadableFile(NamedTuple):
    """A file that cannot be used: its place in the results folder, and why."""

    file: str
    reason: str


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
        """Keep a record, in place of an older one of the same key."""
        self._writable()
        path = self._path(record.key)
        brief = record.model_dump(mode="json", exclude_defaults=True)
        write_atomic(path, dump_checksummed({**brief, "version": record.version, "spec": record.spec.model_dump(mode="json")}))
        return path

    def get(self, key: str) -> RunRecord | None:
        """The record of a full key; None where there is none that can be read."""
        path = self._path(check_hex("key", key, 64))
        return self._load(path)[0] if path.is_file() else None

    def stamp(self, key: str) -> str:
        """Which record of a key is there now: a text that differs when another one takes its place, and is empty where none is."""
        try:
            return hashlib.sha256(self._path(check_hex("key", key, 64)).read_bytes()).hexdigest()
        except FileNotFoundError:
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
        record, reason = self._load(found[0])
        if record is None:
            raise UserError(f"The record {found[0].stem} cannot be used: {reason}.", "", "Delete the file or run it again with --rerun.")
        return record

    def find(self, prefix: str) -> dict[str, Any]:
        """`read` as plain data, for display."""
        return self.read(prefix).model_dump(mode="json")

    def __iter__(self) -> Iterator[RunRecord | UnreadableFile]:
        """Every record in the order of keys; a file that is truncated, edited or otherwise unreadable comes as a `Problem`."""
        yield from (UnreadableFile(*damaged) for damaged in self._damaged)
        for path in sorted((self.root / "records").glob("*/*.json")):
            record, reason = self._load(path)
            yield record if record is not None else UnreadableFile(path.relative_to(self.root).as_posix(), reason)

    def put(self, kind: Shared, content: dict[str, Any]) -> str:
        """Keep what several runs share, once; its SHA-256 is its name."""
        self._writable()
        sha = content_key(content)
        path = self.root / kind / f"{sha}.json"
        if not path.is_file() or self._checked(path, sha) is None:
            write_atomic(path, dump_checksummed(content))
        return sha

    def take(self, kind: Shared, sha: str) -> dict[str, Any]:
        """What `put` kept. UserError where it is missing, truncated or edited."""
        path = self.root / kind / f"{check_hex(f'id in {kind}', sha, 64)}.json"
        content = self._checked(path, sha)
        if content is None:
            raise UserError(f"{path} is missing, truncated or edited.", "", "Run the suite again: what is missing is written anew.")
        return content

    def whole(self, kind: Shared, sha: str) -> bool:
        """Whether what `put` kept is there, neither truncated nor edited."""
        return self._checked(self.root / kind / f"{check_hex(f'id in {kind}', sha, 64)}.json", sha) is not None

    def references(self, keys: Iterable[str]) -> dict[tuple[Shared, str], str]:
        """What the records of these keys refer to, as (kind, SHA-256), each with one key that does. Read without parsing the records."""
        found: dict[tuple[Shared, str], str] = {}
        for key in keys:
            with contextlib.suppress(OSError):
                for name, sha in REFERENCE.findall(self._path(key).read_bytes()):
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
        content = path.read_bytes()
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
            write_atomic(path, dump_checksummed(content))
        return name

    def manifests(self) -> Iterator[Manifest | UnreadableFile]:
        """Every manifest in the order of ids; one that cannot be read comes as a `Problem`."""
        for path in sorted((self.root / "manifests").glob("*.json")):
            manifest, reason = self._manifest(path)
            yield manifest if manifest is not None else UnreadableFile(path.relative_to(self.root).as_posix(), reason)

    def _path(self, key: str) -> Path:
        return self.root / "records" / key[:2] / f"{key}.json"

    def _matching(self, prefix: str) -> list[Path]:
        folders = f"{prefix[:2]}*" if len(prefix) < 2 else prefix[:2]
        return sorted((self.root / "records").glob(f"{folders}/{prefix}*.json"))

    def _load(self, path: Path) -> tuple[RunRecord | None, str]:
        try:
            record = RunRecord.model_validate(upgrade(load_checksummed(path)))
        except ValidationError as error:
            return None, f"not a record: {error.errors()[0]['msg']}"
        except (ValueError, UserError) as error:
            return None, str(error)
        return (record, "") if record.key == path.stem else (None, "under another record's name")

    def _checked(self, path: Path, sha: str) -> dict[str, Any] | None:
        try:
            content = load_checksummed(path)
        except ValueError:
            return None
        return content if content_key(content) == sha else None

    def _manifest(self, path: Path) -> tuple[Manifest | None, str]:
        try:
            content = load_checksummed(path)
            manifest = Manifest.model_validate(content)
        except ValueError as error:
            return None, str(error).splitlines()[0]
        return (manifest, "") if manifest_id(content) == path.stem else (None, "under another manifest's name")


def _same_plan(path: Path, content: dict[str, Any]) -> bool:
    """Whether a manifest's file is whole and says the same, but for what is no part of its id."""
    try:
        there = load_checksummed(path)
    except ValueError:
        return False
    mine, theirs = ({name: value for name, value in plan.items() if name not in ("code", "request")} for plan in (content, there))
    return _in_order(mine) == _in_order(theirs)


def _in_order(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan with its rows in the order of keys."""
    return {**plan, "rows": sorted(plan.get("rows", []), key=lambda row: (row["key"], row["arm"]))}
