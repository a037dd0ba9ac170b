"""Processes die at any moment, and nothing is lost or done twice (a bounded part of the kill loop).

The whole one: `python -m pytest tests/faults -m faults -o timeout=0 -s`, or kill_loop.py."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
from harness import ROWS, Driver, forked, frame, options, spawned, stamps, strays
from kill_loop import Loop

from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running import leases, run_queue

Frame = list[dict[str, str]]
KILLS, SECONDS = 12, 20.0  # of the bounded part


def some_records(driver: Driver, results: Path, many: int) -> None:
    """Wait until a driver has finished some runs."""
    deadline = time.monotonic() + 120
    while len(list(results.glob("records/*/*.json"))) < many:
        assert driver.poll() is None, driver.log()
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.slow
def test_kills_at_random_moments(calm: Frame, tmp_path: Path) -> None:
    counts = Loop(tmp_path).run(KILLS, SECONDS)
    assert counts.kills.total() > 0
    assert counts.sound, counts.table()


@pytest.mark.faults
def test_three_hundred_kills(calm: Frame, tmp_path: Path) -> None:
    counts = Loop(tmp_path, seed=1).run(300)
    print(counts.table())
    assert counts.sound, counts.table()


@pytest.mark.faults
def test_a_driver_with_spawned_workers_is_killed_as_a_user_has_it(calm: Frame, tmp_path: Path) -> None:
    line = options(tmp_path / "results", tmp_path / "cache", workers=2)
    driver = spawned(line, tmp_path / "log")
    some_records(driver, tmp_path / "results", 2)
    workers = driver.workers()
    driver.send(signal.SIGKILL)
    driver.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "workers outlive their driver"
        time.sleep(0.05)
    assert spawned(line, tmp_path / "log").wait() == 0
    assert frame(tmp_path / "results") == calm


def test_two_drivers_at_once_share_the_work_and_both_end_well(calm: Frame, tmp_path: Path) -> None:
    line = options(tmp_path / "results", tmp_path / "cache")
    drivers = [forked(line, tmp_path / name) for name in ("first", "second")]
    assert [driver.wait() for driver in drivers] == [0, 0], [driver.log() for driver in drivers]
    assert frame(tmp_path / "results") == calm
    assert list(strays(tmp_path / "results")) == []
    for driver in drivers:
        assert f"{ROWS} done" in driver.log()
    computed = [sum(" s" in line and line.startswith("[") for line in driver.log().splitlines()) for driver in drivers]
    assert sum(computed) == ROWS  # no run was done by both
    told = [
        re.search(r"(\d+) of them were already computed(?:, (\d+) made meanwhile by another command)?", driver.log()) for driver in drivers
    ]
    assert [own + sum(int(n or 0) for n in found.groups()) for own, found in zip(computed, told, strict=True) if found] == [ROWS, ROWS]


def test_a_driver_that_falls_silent_is_replaced_and_drops_what_it_had(calm: Frame, tmp_path: Path) -> None:
    """Stopped in the middle of a run, as by a machine that hangs; it wakes when another one has done its work."""
    results, diary = tmp_path / "results", tmp_path / "diary"
    line = options(results, tmp_path / "cache")
    first = forked(line, tmp_path / "first", lambda: (slowly(diary), quick())[0])
    meet(diary, first)
    first.send(signal.SIGSTOP)
    (held,) = [path.parent.name for path in results.glob("leases/*/*") if len(path.parent.name) == 64]
    second = forked(line, tmp_path / "second", quick)
    try:
        assert second.wait() == 0, second.log()
        before = stamps(results)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert first.wait() == 0, first.log()
    assert stamps(results) == before  # what the sleeper had done is not written over it
    assert frame(results) == calm
    assert list(strays(results)) == []
    repeats = {item.key: item.notes.get("repeated") for item in RecordStore(results) if isinstance(item, RunRecord)}
    assert repeats == {key: 1 if key == held else None for key in before}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    ("signals", "code"),
    [([signal.SIGINT], 130), ([signal.SIGINT, signal.SIGINT], 130), ([signal.SIGTERM], 143)],
    ids=["once", "twice", "terminated"],
)
def test_a_signal_ends_the_command_and_the_same_command_goes_on(
    calm: Frame, tmp_path: Path, signals: list[int], code: int, workers: int
) -> None:
    results = tmp_path / "results"
    line = options(results, tmp_path / "cache", workers)
    driver = forked(line, tmp_path / "log", slowly)
    some_records(driver, results, 1)
    for number in signals:
        driver.send(number)
        time.sleep(0.02)
    assert driver.wait() == code, driver.log()
    before = stamps(results)
    assert 1 <= len(before) < ROWS
    assert "goes on from there" in driver.log()
    assert forked(line, tmp_path / "log").wait() == 0
    after = stamps(results)
    assert {key: after[key] for key in before} == before
    assert frame(results) == calm
    assert list(strays(results)) == []


def test_a_single_interrupt_lets_the_running_run_finish(calm: Frame, tmp_path: Path) -> None:
    results, diary = tmp_path / "results", tmp_path / "diary"
    driver = forked(options(results, tmp_path / "cache"), tmp_path / "log", lambda: slowly(diary))
    meet(diary, driver)
    driver.send(signal.SIGINT)
    assert driver.wait() == 130, driver.log()
    words = [item for item in RecordStore(results) if isinstance(item, RunRecord) and item.spec.method.name == "slow-words"]
    assert [record.status for record in words] == ["done"] * len(diary.read_text().splitlines())


def slowly(diary: Path | None = None) -> None:
    """In a driver: its runs take longer, so that a signal meets one, and tell when they come to their second phase."""
    os.environ["FAULTS_PAUSE"] = "0.4"
    if diary is not None:
        os.environ["FAULTS_DIARY"] = str(diary)


def quick() -> None:
    """In a driver: short leases. An observer under load may look late, never early."""
    leases.HEARTBEAT, leases.LEASE_TIMEOUT, run_queue.LOOK = 0.1, 2.0, 0.1


def meet(diary: Path, driver: Driver) -> None:
    """Wait until a driver is in the second phase of a run."""
    while not diary.exists():
        assert driver.poll() is None, driver.log()
        time.sleep(0.002)
