"""The results folder: whole files or none, every damage noticed, nothing stored before is lost."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore, UnreadableFile

Specs, Records = Callable[..., RunSpec], Callable[..., RunRecord]


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    return RecordStore(tmp_path / "results")


def test_a_record_comes_back_as_it_was(store: RecordStore, spec: Specs, record: Records, failed: Records) -> None:
    for kept in (record(spec(0)), failed(spec(1))):
        path = store.write(kept)
        assert path.relative_to(store.root).as_posix() == f"records/{kept.key[:2]}/{kept.key}.json"
        assert store.read(kept.key) == kept
        assert store.get(kept.key) == kept
        assert kept.key in store


def test_a_record_that_is_not_there_is_missed(store: RecordStore, spec: Specs) -> None:
    assert spec().key not in store
    assert store.get(spec().key) is None
    assert list(store) == []


def test_a_later_record_of_the_same_key_takes_the_place_of_the_earlier(
    store: RecordStore, spec: Specs, record: Records, failed: Records
) -> None:
    store.write(failed(spec()))
    store.write(record(spec()))
    assert store.read(spec().key).status == "done"
    assert len(list(store)) == 1


def test_a_unique_prefix_is_enough(store: RecordStore, spec: Specs, record: Records) -> None:
    kept = [record(spec(seed)) for seed in range(3)]
    for one in kept:
        store.write(one)
    assert store.read(kept[1].key[:10]) == kept[1]
    assert store.find(kept[1].key[:10])["status"] == "done"


def test_an_ambiguous_prefix_asks_for_more_digits(store: RecordStore, spec: Specs, record: Records) -> None:
    kept = [record(spec(seed)) for seed in range(17)]  # two of 17 keys share their first digit
    for one in kept:
        store.write(one)
    shared = next(d for d in "0123456789abcdef" if sum(one.key.startswith(d) for one in kept) > 1)
    with pytest.raises(UserError, match="more digits"):
        store.read(shared)


@pytest.mark.parametrize("prefix", ["deadbeef", "f" * 64])
def test_an_unknown_key_is_a_user_error(prefix: str, store: RecordStore) -> None:
    with pytest.raises(UserError, match="No record"):
        store.read(prefix)


@pytest.mark.parametrize("prefix", ["", "../../etc", "ABC", "xyz", "a" * 65, "*"])
def test_a_key_that_is_no_key_never_becomes_a_path(prefix: str, store: RecordStore) -> None:
    with pytest.raises(UserError, match="hexadecimal"):
        store.read(prefix)


def damage_truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_edit(path: Path) -> None:
    path.write_text(path.read_text().replace('"accuracy":0.6', '"accuracy":0.9'))


def damage_foreign(path: Path) -> None:
    path.write_text(json.dumps({"hello": 1}))


def damage_binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (damage_truncate, "truncated"),
        (damage_empty, "truncated"),
        (damage_edit, "edited"),
        (damage_foreign, "no checksum"),
        (damage_binary, "not JSON"),
    ],
)
def test_a_damaged_record_is_told_and_harms_no_other(
    damage: Callable[[Path], None], reason: str, store: RecordStore, spec: Specs, record: Records
) -> None:
    path = store.write(record(spec(0)))
    store.write(record(spec(1)))
    damage(path)
    problems = [item for item in store if isinstance(item, UnreadableFile)]
    assert [p.file for p in problems] == [path.relative_to(store.root).as_posix()]
    assert reason in problems[0].reason
    assert sum(isinstance(item, RunRecord) for item in store) == 1
    assert spec(0).key not in store
    with pytest.raises(UserError, match=reason):
        store.read(spec(0).key)
    store.write(record(spec(0)))
    assert spec(0).key in store


def test_a_record_under_another_name_is_told(store: RecordStore, spec: Specs, record: Records) -> None:
    path = store.write(record(spec(0)))
    path.rename(path.with_name("0" * 64 + ".json"))
    assert [item.reason for item in store if isinstance(item, UnreadableFile)] == ["under another record's name"]


def test_a_write_that_fails_leaves_the_old_record_and_no_rest(
    store: RecordStore, spec: Specs, record: Records, failed: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.write(failed(spec()))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        store.write(record(spec()))
    monkeypatch.undo()
    assert store.read(spec().key).status == "failed"
    assert list(path.parent.iterdir()) == [path]


def test_a_crash_before_the_rename_leaves_the_old_record(
    store: RecordStore, spec: Specs, record: Records, failed: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(failed(spec()))

    def killed(source: object, target: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write(record(spec()))
    assert store.read(spec().key).status == "failed"


def test_a_results_folder_that_is_a_file_is_a_user_error(tmp_path: Path, spec: Specs, record: Records) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        RecordStore(tmp_path / "file").write(record(spec()))


def test_what_runs_share_is_kept_once(store: RecordStore) -> None:
    sha = store.write_testset([2**64 - 1, 5], [0, 1], ["no", "yes"])
    assert sha == store.write_testset([2**64 - 1, 5], [0, 1], ["no", "yes"])
    assert store.get_shared("testsets", sha) == {"ids": ["f" * 16, "0" * 15 + "5"], "labels": [0, 1], "label_names": ["no", "yes"]}
    assert len(list((store.root / "testsets").iterdir())) == 1


def test_damage_to_a_shared_file_is_told_and_mended_by_the_next_write(store: RecordStore) -> None:
    env_id = store.write_environment({"torch": "2.13.0"})
    path = store.root / "environments" / f"{env_id}.json"
    path.write_text(path.read_text().replace("2.13", "2.12"))
    with pytest.raises(UserError, match="edited"):
        store.get_shared("environments", env_id)
    assert store.write_environment({"torch": "2.13.0"}) == env_id
    assert store.get_shared("environments", env_id) == {"torch": "2.13.0"}


def test_an_environment_that_is_missing_or_damaged_is_empty(store: RecordStore) -> None:
    env_id = store.write_environment({"torch": "2.13.0"})
    assert store.environment(env_id) == {"torch": "2.13.0"}
    assert store.environment("0" * len(env_id)) == {}
    (store.root / "environments" / f"{env_id}.json").write_text('{"torch": "1.0"}')
    assert store.environment(env_id) == {}


def test_a_side_file_is_held_against_its_hash(store: RecordStore, spec: Specs) -> None:
    side = store.write_side(spec().key, ".npz", b"numbers")
    assert store.read_side(side) == b"numbers"
    (store.root / side.file).write_bytes(b"others")
    with pytest.raises(UserError, match="not the one"):
        store.read_side(side)


def test_a_side_file_outside_the_folder_is_not_read(store: RecordStore, spec: Specs, tmp_path: Path) -> None:
    side = store.write_side(spec().key, "npz", b"numbers")
    (tmp_path / "secret").write_bytes(b"numbers")
    with pytest.raises(UserError, match="missing"):
        store.read_side(side.model_copy(update={"file": "../secret"}))


def test_the_same_plan_is_written_once_and_a_larger_one_beside_it(store: RecordStore, spec: Specs, row: Callable[..., ManifestRow]) -> None:
    small = Manifest(suite="s", profile="smoke", rows=(row(spec(0)),), code="1", request={"seeds": [0]})
    same = Manifest(suite="s", profile="smoke", rows=(row(spec(0)),), code="2", request={"seeds": [0], "workers": 2})
    large = Manifest(suite="s", profile="smoke", rows=(row(spec(0)), row(spec(1))))
    ids = [store.write_manifest(m) for m in (small, same, large)]
    assert ids[0] == ids[1] != ids[2]
    assert {m.id for m in store.manifests() if isinstance(m, Manifest)} == set(ids)


def test_what_a_method_declares_is_no_part_of_a_manifest_s_id(spec: Specs, row: Callable[..., ManifestRow]) -> None:
    """A manifest of an older release lacks the declaration, and is the same plan."""
    plain = row(spec(0))
    declared = plain.model_copy(update={"family": "control", "controls": ("scl",)})
    assert Manifest(suite="s", profile="smoke", rows=(plain,)).id == Manifest(suite="s", profile="smoke", rows=(declared,)).id
    older = {name: value for name, value in plain.model_dump(mode="json").items() if name not in ("family", "controls")}
    assert ManifestRow.model_validate(older) == plain


def test_a_damaged_manifest_is_told(store: RecordStore, spec: Specs, row: Callable[..., ManifestRow]) -> None:
    manifest = Manifest(suite="s", profile="smoke", rows=(row(spec(0)),))
    path = store.root / "manifests" / f"{store.write_manifest(manifest)}.json"
    path.write_bytes(path.read_bytes()[:30])
    assert [item.reason for item in store.manifests() if isinstance(item, UnreadableFile)] == ["truncated or not JSON"]
    store.write_manifest(manifest)
    assert list(store.manifests()) == [manifest]


def test_no_record_holds_an_absolute_path(store: RecordStore, spec: Specs, failed: Records, tmp_path: Path) -> None:
    error: Exception
    try:
        (tmp_path / "no such file").read_text()
    except OSError as caught:
        error = caught
    path = store.write(failed(spec(), error))
    assert "no such file" in path.read_text()
    assert not re.search(r"(?<![\w.])/(tmp|home|usr|work|root)/", path.read_text())
