"""The phase cache: hit, miss, eviction, corruption; and what it keeps."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import torch

from benchmark.errors import UserError
from benchmark.records.process_identity import current_process
from benchmark.running.phase_cache import PhaseCache

KEYS = [f"{i:x}" * 64 for i in range(10, 16)]
COSTS = [{"name": "dae", "seconds": 1.5}]


def state(value: float, size: int = 250) -> dict[str, torch.Tensor]:
    return {"backbone.w": torch.full((size,), value)}


def test_a_hit_gives_back_tensors_and_costs(tmp_path: Path) -> None:
    cache = PhaseCache(tmp_path, 10**6)
    cache.put(KEYS[0], state(0.25), COSTS)
    found = cache.get(KEYS[0])
    assert found is not None
    assert torch.equal(found.tensors["backbone.w"], state(0.25)["backbone.w"])
    assert found.costs == COSTS


def test_a_key_that_was_never_kept_is_a_miss(tmp_path: Path) -> None:
    assert PhaseCache(tmp_path, 10**6).get(KEYS[0]) is None


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    probe = PhaseCache(tmp_path / "probe", 10**6)
    probe.put(KEYS[0], state(0), COSTS)
    cache = PhaseCache(tmp_path / "cache", 3 * probe.size())
    for number, key in enumerate(KEYS[:3]):
        cache.put(key, state(number), COSTS)
        os.utime(cache.root / key[:2] / f"{key}.json", (number, number))
    assert cache.get(KEYS[0]) is not None  # used now, so no longer the oldest
    cache.put(KEYS[3], state(3), COSTS)
    assert [cache.get(key) is not None for key in KEYS[:4]] == [True, False, True, True]
    assert cache.size() <= cache.limit


def test_a_state_larger_than_the_limit_is_still_kept_until_the_next(tmp_path: Path) -> None:
    cache = PhaseCache(tmp_path, 10)
    cache.put(KEYS[0], state(1), COSTS)
    assert cache.get(KEYS[0]) is not None
    cache.put(KEYS[1], state(2), COSTS)
    assert cache.get(KEYS[0]) is None


@pytest.mark.parametrize("damage", ["truncate", "flip", "no-meta", "broken-meta", "edited-meta"])
def test_a_damaged_state_is_dropped_and_counts_as_absent(tmp_path: Path, damage: str) -> None:
    cache = PhaseCache(tmp_path, 10**6)
    cache.put(KEYS[0], state(1), COSTS)
    file = next(tmp_path.glob("*/*.safetensors"))
    meta = file.with_suffix(".json")
    data = bytearray(file.read_bytes())
    if damage == "truncate":
        file.write_bytes(data[:-5])
    elif damage == "flip":
        data[-1] ^= 1
        file.write_bytes(data)
    elif damage == "no-meta":
        meta.unlink()
    elif damage == "edited-meta":
        meta.write_text(meta.read_text().replace("1.5", "0.5"))
    else:
        meta.write_text("{")
    assert cache.get(KEYS[0]) is None
    cache.put(KEYS[0], state(2), COSTS)
    assert cache.get(KEYS[0]) is not None


def test_a_half_written_state_is_no_entry(tmp_path: Path) -> None:
    """The tensors are there and the meta file is not: what a kill between the two leaves."""
    cache = PhaseCache(tmp_path, 10**6)
    cache.put(KEYS[0], state(1), COSTS)
    next(tmp_path.glob("*/*.json")).unlink()
    assert cache.get(KEYS[0]) is None
    assert list(tmp_path.glob("*/*.safetensors")), "another process may be between the two"


def test_old_tensors_without_a_meta_file_make_room(tmp_path: Path) -> None:
    probe = PhaseCache(tmp_path / "probe", 10**6)
    probe.put(KEYS[0], state(0), COSTS)
    cache = PhaseCache(tmp_path / "cache", 2 * probe.size())
    for number, key in enumerate(KEYS[:2], start=1):
        cache.put(key, state(number), COSTS)
        for file in cache._files(key):
            os.utime(file, (number, number))
    cache._files(KEYS[0])[1].unlink()
    cache.put(KEYS[2], state(2), COSTS)
    assert not cache._files(KEYS[0])[0].exists()
    assert all(cache.get(key) is not None for key in KEYS[1:3])


def test_what_a_killed_process_left_half_written_is_swept_when_room_is_needed(tmp_path: Path) -> None:
    dead = dataclasses.replace(current_process(), start=current_process().start - 1)
    folder = tmp_path / KEYS[0][:2]
    folder.mkdir()
    half = folder / f".{KEYS[0][:16]}.{dead.mark}.00000000.tmp"
    half.write_bytes(bytes(10**5))
    cache = PhaseCache(tmp_path, 10**4)
    cache.put(KEYS[1], state(1), COSTS)
    assert not half.exists()
    assert cache.get(KEYS[1]) is not None


def test_an_unwritable_cache_is_the_users_to_mend(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(UserError, match="--cache"):
        PhaseCache(blocked, 10**6).put(KEYS[0], state(1), COSTS)


def test_two_entries_under_each_others_names_are_noticed(tmp_path: Path) -> None:
    cache = PhaseCache(tmp_path, 10**6)
    for key, value in zip(KEYS[:2], (1.0, 2.0), strict=True):
        cache.put(key, state(value), COSTS)
    for one, other in zip(cache._files(KEYS[0]), cache._files(KEYS[1]), strict=True):
        one.rename(tmp_path / "aside")
        other.rename(one)
        (tmp_path / "aside").rename(other)
    assert [cache.get(key) for key in KEYS[:2]] == [None, None]
