"""Records of older formats are brought up to date when they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.records.atomic_files import dump_checksummed
from benchmark.records.record import RECORD_VERSION, RunRecord
from benchmark.records.spec import ADDED_IN_2, RunSpec, content_key
from benchmark.records.store import RecordStore, UnreadableFile
from benchmark.records.upgrade import STEPS, NewerFormat, upgrade

Specs, Records = Callable[..., RunSpec], Callable[..., RunRecord]


def version_1(record: RunRecord) -> dict[str, Any]:
    """A record as version 1 wrote it: a spec of version 1, and its key."""
    content = record.model_dump(mode="json", exclude={"pool_size", "truncated", "scorer", "dev_predictions"})
    spec = RunSpec.model_validate({**content["spec"], "version": 1}).model_dump(mode="json", exclude=ADDED_IN_2)
    return {**content, "version": 1, "spec": spec, "key": content_key(spec)}


def written(folder: object, content: dict[str, Any]) -> tuple[RecordStore, Path]:
    store = RecordStore(str(folder))
    path = store.root / "records" / content["key"][:2] / f"{content['key']}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(dump_checksummed(content))
    return store, path


def test_every_older_version_has_its_step() -> None:
    assert sorted(STEPS) == list(range(1, RECORD_VERSION))


def test_a_record_of_version_1_keeps_the_key_of_its_own_spec(tmp_path: object, spec: Specs, record: Records) -> None:
    old = version_1(record(spec()))
    store, path = written(tmp_path, old)
    before = path.read_bytes()
    read = store.read(old["key"])
    assert (read.version, read.key, read.pool_size, read.truncated) == (RECORD_VERSION, old["key"], None, None)
    assert read.metrics == record(spec()).metrics
    assert path.read_bytes() == before


def test_an_older_spec_under_another_key_is_unreadable(tmp_path: object, spec: Specs, record: Records) -> None:
    old = version_1(record(spec()))
    store, _ = written(tmp_path, {**old, "spec": {**old["spec"], "seed": 7}})
    (item,) = store
    assert isinstance(item, UnreadableFile)
    assert "the key is not that of the spec" in item.reason


def test_a_newer_format_says_what_to_install() -> None:
    with pytest.raises(NewerFormat, match="newer release"):
        upgrade({"version": RECORD_VERSION + 1})


@pytest.mark.parametrize("version", [0, -1, None, "1", True])
def test_a_version_that_is_not_known_is_a_user_error(version: Any) -> None:
    with pytest.raises(UserError, match="format version"):
        upgrade({"version": version})
