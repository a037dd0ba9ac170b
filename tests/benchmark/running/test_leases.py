"""Claims: one process does a run, one that is gone or silent is replaced by exactly one other, and nothing is written twice."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.records.process_identity import ProcessIdentity, current_process
from benchmark.running import leases
from benchmark.running.leases import (
    LeaseHolder,
    LeaseWatch,
    acquire,
    heartbeat,
    holder,
    leased,
    remove_abandoned,
    steal_expired,
    wait_until_expired,
)

KEY = "ab" * 32
FAR = dataclasses.replace(current_process(), host="0" * 12)  # a process of another machine
DEAD = dataclasses.replace(current_process(), start=current_process().start - 1)  # of this machine, and gone


def left(results: Path, process: ProcessIdentity, token: str = "f" * 16, key: str = KEY) -> LeaseHolder:
    """A claim that some process left behind."""
    place = results / "leases" / key
    place.mkdir(parents=True)
    (place / token).write_text(f"{7:020d}\n{process.mark}\n")
    found = holder(results, key)
    assert found is not None
    return found


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_of_many_gets_the_claim(tmp_path: Path) -> None:
    start, got = threading.Barrier(8), []

    def contend() -> None:
        start.wait()
        got.append(acquire(tmp_path, KEY))

    threads = [threading.Thread(target=contend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [claim for claim in got if claim is not None]
    assert (len(got), len(winners)) == (8, 1)
    winners[0].release()
    assert list((tmp_path / "leases").iterdir()) == []


def test_a_claim_is_free_again_after_the_block_whatever_happens_in_it(tmp_path: Path) -> None:
    def interrupted() -> None:
        with leased(tmp_path, KEY) as claim:
            assert claim is not None
            assert acquire(tmp_path, KEY) is None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert holder(tmp_path, KEY) is None


def test_what_a_dead_process_of_this_host_left_is_taken_over_at_once(tmp_path: Path) -> None:
    left(tmp_path, DEAD)
    with leased(tmp_path, KEY) as claim:
        assert claim is not None
        assert claim.n_expired() == 0


def test_what_this_process_held_and_could_not_remove_is_free(tmp_path: Path) -> None:
    left(tmp_path, current_process())
    with leased(tmp_path, KEY) as claim:
        assert claim is not None


def test_of_another_host_only_silence_tells(tmp_path: Path) -> None:
    there, clock = left(tmp_path, FAR), Clock()
    watch = LeaseWatch(tmp_path, clock)
    assert acquire(tmp_path, KEY) is None
    assert not watch.free(KEY)
    clock.now = leases.LEASE_TIMEOUT - 1
    assert not watch.free(KEY)
    heartbeat(tmp_path / "leases" / KEY / there.token, 8)
    clock.now = leases.LEASE_TIMEOUT + 1
    assert not watch.free(KEY)  # it has beaten since
    clock.now += leases.LEASE_TIMEOUT
    assert watch.free(KEY)
    with leased(tmp_path, KEY) as claim:
        assert claim is not None
        assert claim.n_expired() == 1
        claim.clear_expired()
        assert claim.n_expired() == 0


def test_silence_is_counted_by_the_observer_from_its_own_first_look(tmp_path: Path) -> None:
    left(tmp_path, FAR)
    clock = Clock()
    clock.now = 10**9
    assert not LeaseWatch(tmp_path, clock).free(KEY)


@pytest.mark.parametrize("expired", [False, True])
def test_a_takeover_is_won_once(tmp_path: Path, expired: bool) -> None:
    there = left(tmp_path, FAR)
    assert [steal_expired(tmp_path, there, expired) for _ in range(3)] == [True, False, False]


def test_a_late_takeover_cannot_hit_the_next_holder(tmp_path: Path) -> None:
    """Two observers saw the same silent claim; one took it over and holds the run; the other one comes late."""
    there = left(tmp_path, FAR)
    steal_expired(tmp_path, there, expired=True)
    with leased(tmp_path, KEY) as claim:
        assert claim is not None
        assert not steal_expired(tmp_path, there, expired=True)
        assert claim.is_held()


def test_a_holder_that_was_taken_over_knows_and_harms_nothing(tmp_path: Path) -> None:
    first = acquire(tmp_path, KEY)
    there = holder(tmp_path, KEY)
    assert first is not None
    assert there is not None
    steal_expired(tmp_path, there, expired=True)
    second = acquire(tmp_path, KEY)
    assert second is not None
    assert not first.is_held()
    with pytest.raises(FileNotFoundError):
        heartbeat(first.path, 3)
    first.release()
    assert second.is_held()
    second.release()


def test_a_holder_beats_from_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT", 0.01)
    with leased(tmp_path, KEY):
        before = holder(tmp_path, KEY)
        deadline = time.monotonic() + 20
        while holder(tmp_path, KEY) == before:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"00000000000000000007\n../../etc\n", b"\xff\x00" * 50])
def test_a_claim_that_cannot_be_read_is_held_until_it_is_silent(tmp_path: Path, content: bytes) -> None:
    there, clock = left(tmp_path, DEAD), Clock()
    (tmp_path / "leases" / KEY / there.token).write_bytes(content)
    watch = LeaseWatch(tmp_path, clock)
    assert acquire(tmp_path, KEY) is None
    assert not watch.free(KEY)
    clock.now = leases.LEASE_TIMEOUT
    assert watch.free(KEY)


def test_an_empty_place_is_free(tmp_path: Path) -> None:
    """A kill between the two steps of a release leaves it."""
    (tmp_path / "leases" / KEY).mkdir(parents=True)
    with leased(tmp_path, KEY) as claim:
        assert claim is not None


def test_a_run_whose_process_died_elsewhere_is_free_after_a_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_TIMEOUT", 0.05)
    left(tmp_path, FAR)
    assert wait_until_expired(tmp_path, KEY)
    assert holder(tmp_path, KEY) is None


def test_a_holder_that_beats_is_not_taken_for_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_TIMEOUT", 30.0)
    monkeypatch.setattr(leases, "HEARTBEAT", 0.05)
    there = left(tmp_path, FAR)
    threading.Timer(0.1, heartbeat, (tmp_path / "leases" / KEY / there.token, 8)).start()
    assert not wait_until_expired(tmp_path, KEY)


def test_a_sweep_removes_what_the_dead_left_and_nothing_else(tmp_path: Path) -> None:
    left(tmp_path, DEAD, key="aa" * 32)
    left(tmp_path, FAR, key="bb" * 32)
    (tmp_path / "leases" / f".{'0' * 16}.{DEAD.mark}").mkdir()
    (tmp_path / "leases" / f".{'1' * 16}.{current_process().mark}").mkdir()
    remove_abandoned(tmp_path)
    assert sorted(entry.name for entry in (tmp_path / "leases").iterdir()) == [f".{'1' * 16}.{current_process().mark}", "bb" * 32]


@pytest.mark.parametrize("key", ["../" + "a" * 61, "/" + "a" * 63, "a" * 63, "A" * 64])
def test_what_is_no_key_never_becomes_a_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(UserError, match="hexadecimal"):
        acquire(tmp_path, key)


def test_a_folder_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        acquire(tmp_path / "file", KEY)


def test_a_rename_that_was_done_although_its_reply_was_lost_is_no_lease_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def lossy(source: object, target: object) -> None:
        rename(source, target)  # type: ignore[type-var]
        raise FileNotFoundError(2, "the reply was lost")

    monkeypatch.setattr(os, "rename", lossy)
    lease = leases.acquire(tmp_path, "a" * 64)
    assert lease is not None
    assert lease.is_held()
    monkeypatch.undo()
    lease.release()
    assert leases.holder(tmp_path, "a" * 64) is None
