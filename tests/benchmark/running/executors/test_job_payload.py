"""What travels to a node, and how a node tells that it sees the same as the driver."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.planning.workspace import Workspace
from benchmark.records.atomic_files import remove_half_written
from benchmark.records.process_identity import current_process
from benchmark.running.executors.base import ExecutorSetup
from benchmark.running.executors.job_payload import JobPayload, fingerprint, pack_payload, preflight_error, unpack_payload
from benchmark.running.run_and_record import RUN_FUNCTIONS


@pytest.fixture
def packed(tmp_path: Path, plugin: Path) -> Callable[..., JobPayload]:
    (data := tmp_path / "data").mkdir()
    (data / "rows.parquet").write_bytes(b"rows")

    def make(**changes: Any) -> JobPayload:
        plain = Workspace(tmp_path / "results", tmp_path / "cache", data_root=data, plugins=(str(plugin), "json"))
        return pack_payload(ExecutorSetup(dataclasses.replace(plain, **changes), RUN_FUNCTIONS))

    return make


def test_a_node_that_sees_the_same_has_no_trouble(packed: Callable[..., JobPayload]) -> None:
    assert preflight_error(pickle.loads(pickle.dumps(packed()))) == ""


def test_paths_travel_absolute(packed: Callable[..., JobPayload], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    places = packed(results=Path("results"), cache=Path("cache"), data_root=Path("data")).workspace
    assert (places.results, places.cache, places.data_root) == (tmp_path / "results", tmp_path / "cache", tmp_path / "data")


def test_a_plug_in_file_travels_as_text_and_a_module_by_name(packed: Callable[..., JobPayload], plugin: Path, tmp_path: Path) -> None:
    parcel = packed()
    assert parcel.workspace.plugins == ("json",)
    (folder := tmp_path / "node").mkdir()
    module, laid = unpack_payload(parcel, folder).plugins
    assert (module, Path(laid).name) == ("json", plugin.name)
    assert Path(laid).read_bytes() == plugin.read_bytes()


@pytest.mark.parametrize("change", [{"text": "import os"}, {"name": "../outside.py"}, {"name": "/outside.py"}])
def test_a_plug_in_that_arrives_changed_is_refused(packed: Callable[..., JobPayload], tmp_path: Path, change: dict[str, str]) -> None:
    parcel = packed()
    other = dataclasses.replace(parcel, files=(dataclasses.replace(parcel.files[0], **change),))
    (folder := tmp_path / "node").mkdir()
    with pytest.raises(UserError, match="arrived changed"):
        unpack_payload(other, folder)
    assert list(tmp_path.rglob("outside.py")) == []


def test_a_name_that_is_no_plain_file_name_does_not_travel(packed: Callable[..., JobPayload], tmp_path: Path) -> None:
    (odd := tmp_path / "a b.py").write_text("")
    with pytest.raises(UserError, match="Rename it"):
        packed(plugins=(str(odd),))


def test_each_trouble_is_named(packed: Callable[..., JobPayload], tmp_path: Path) -> None:
    parcel = packed(plugins=("no_such_module",))
    assert "no_such_module is not installed" in preflight_error(parcel)
    assert "does not see the file" in preflight_error(packed(task_files={"mine": tmp_path / "absent.csv"}))
    (tmp_path / "data" / "rows.parquet").write_bytes(b"other rows")
    assert "does not see the same data" in preflight_error(parcel)
    parcel.token_file.write_text("another token")
    assert "does not see the results folder" in preflight_error(parcel)
    parcel.token_file.unlink()
    assert "does not see the results folder" in preflight_error(parcel)
    assert "the driver has 0.0" in preflight_error(dataclasses.replace(parcel, engine="0.0"))


def test_the_token_of_a_driver_that_was_killed_is_swept_and_that_of_a_living_one_stays(packed: Callable[..., JobPayload]) -> None:
    living, me = packed().token_file, current_process()
    killed = living.with_name(living.name.replace(me.mark, dataclasses.replace(me, start=me.start - 1).mark))
    killed.write_text("a token")
    remove_half_written(living.parent)
    assert (living.exists(), killed.exists()) == (True, False)


def test_the_fingerprint_of_data_is_of_names_and_sizes(tmp_path: Path) -> None:
    assert fingerprint(None) == fingerprint(tmp_path / "absent") == ""
    empty = fingerprint(tmp_path)
    (tmp_path / "a").write_bytes(b"1")
    one = fingerprint(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({empty, one, fingerprint(tmp_path)}) == 3
