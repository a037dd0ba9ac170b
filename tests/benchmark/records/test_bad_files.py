"""One bad file never takes a reader down: it becomes a named unreadable file, whatever it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.records.atomic_files import dump_checksummed, read_regular
from benchmark.records.frame import read_folder
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec, content_key
from benchmark.records.store import RecordStore, UnreadableFile

Specs, Records = Callable[..., RunSpec], Callable[..., RunRecord]
KEY = "ab" * 32


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def nested_notes(record: RunRecord) -> bytes:
    """A record whose notes are nested deeply, under a checksum that fits."""
    content = {**record.model_dump(mode="json"), "notes": json.loads(deep(200))}
    return dump_checksummed(content)


BAD = {
    "empty": (b"", "truncated or not JSON"),
    "binary": (os.urandom(64), "truncated or not JSON"),
    "deep": (deep(100_000), "nested too deeply"),
    "a large whole number": (b'{"checksum":"x","n_train":' + b"9" * 40 + b"}", "out of range"),
    "a very large whole number": (b'{"checksum":"x","n_train":' + b"9" * 9000 + b"}", "out of range"),
    "a large real": (b'{"checksum":"x","seconds":1e999}', "out of range"),
    "not a number": (b'{"checksum":"x","seconds":NaN}', "out of range"),
    "a list": (b"[]", "no checksum"),
    "another record": (dump_checksummed({"version": 2}), "not a record"),
    "a version that is a list": (dump_checksummed({"version": []}), "format version"),
    "newer": (dump_checksummed({"version": 99}), "newer release"),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_bad_content_is_named(tmp_path: Path, spec: Specs, record: Records, content: bytes, reason: str) -> None:
    store = RecordStore(tmp_path)
    store.write(record(spec()))
    path = tmp_path / "records" / "ab" / f"{KEY}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    found = read_folder(tmp_path)
    assert [row["key"] for row in found.rows] == [spec().key]
    ((file, said),) = found.problems
    assert file == f"records/ab/{KEY}.json"
    assert reason in said


def test_a_record_with_deep_notes_is_read_or_named(tmp_path: Path, spec: Specs, record: Records) -> None:
    path = RecordStore(tmp_path).write(record(spec()))
    path.write_bytes(nested_notes(record(spec())))
    found = read_folder(tmp_path)
    assert len(found.rows) + len(found.problems) == 1


@pytest.mark.parametrize("where", [f"records/ab/{KEY}.json", f"manifests/{KEY}.json"])
def test_a_fifo_a_folder_and_a_device_are_not_opened(tmp_path: Path, where: str) -> None:
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    (path.with_name(f"{'cd' * 32}.json")).mkdir()
    (path.with_name(f"{'ef' * 32}.json")).symlink_to("/dev/zero")
    found = read_folder(tmp_path)
    assert len(found.problems) == 3
    assert {"not a regular file"} <= {problem.reason for problem in found.problems}


def test_a_fifo_in_place_of_a_shared_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / "testsets").mkdir()
    os.mkfifo(tmp_path / "testsets" / f"{KEY}.json")
    assert RecordStore(tmp_path).damage("testsets", KEY) == "not a regular file"


def test_an_oversized_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ValueError, match="larger than 1 MiB"):
        read_regular(path, 2**20)


def test_a_file_name_with_control_characters_is_written_out(tmp_path: Path) -> None:
    (tmp_path / "records" / "ab").mkdir(parents=True)
    (tmp_path / "records" / "ab" / "x\x1b[31m.json").write_text("{")
    (problem,) = RecordStore(tmp_path)
    assert isinstance(problem, UnreadableFile)
    assert problem.file == "records/ab/x\\x1b[31m.json"


@pytest.mark.parametrize("changes", [{"suite": "../../up"}, {"profile": "a/b"}, {"suite": ""}, {"suite": "x\x1b"}, {"profile": ".."}])
def test_a_manifest_whose_names_are_paths_is_unreadable(tmp_path: Path, changes: dict[str, str]) -> None:
    content = {"version": 1, "suite": "s", "profile": "p", "protocol": "honest", "stand_in": False, "rows": [], **changes}
    name = content_key([1, content["suite"], content["profile"], "honest", False, []])
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / f"{name}.json").write_bytes(dump_checksummed(content))
    (problem,) = RecordStore(tmp_path).manifests()
    assert isinstance(problem, UnreadableFile)
    assert problem.reason.startswith("not a manifest")
