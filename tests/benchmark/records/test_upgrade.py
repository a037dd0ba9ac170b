"""Records of older formats are brought up to date when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.records.atomic_files import dump_checksummed
from benchmark.records.record import RECORD_VERSION, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore
from benchmark.records.upgrade import STEPS, upgrade

Specs, Records = Callable[..., RunSpec], Callable[..., RunRecord]


def version_0(record: RunRecord) -> dict[str, Any]:
    content = record.model_dump(mode="json", exclude={"phases"})
    return {**content, "version": 0, "seconds": 2.5, "forward": 30, "backward": 20}


def test_every_older_version_has_its_step() -> None:
    assert sorted(STEPS) == list(range(RECORD_VERSION))


def test_a_record_of_version_0_is_read_from_its_file(tmp_path: object, spec: Specs, record: Records) -> None:
    store = RecordStore(str(tmp_path))
    path = store.write(record(spec()))
    path.write_bytes(dump_checksummed(version_0(record(spec()))))
    read = store.read(spec().key)
    assert read.version == RECORD_VERSION
    assert (read.seconds, read.forward, read.backward) == (2.5, 30, 20)
    assert read.metrics == record(spec()).metrics


def test_reading_does_not_change_the_file(tmp_path: object, spec: Specs, record: Records) -> None:
    store = RecordStore(str(tmp_path))
    path = store.write(record(spec()))
    path.write_bytes(old := dump_checksummed(version_0(record(spec()))))
    list(store)
    assert path.read_bytes() == old


@pytest.mark.parametrize("version", [RECORD_VERSION + 1, -1, None, "1"])
def test_a_version_that_is_not_known_is_a_user_error(version: Any) -> None:
    with pytest.raises(UserError, match="format version"):
        upgrade({"version": version})
