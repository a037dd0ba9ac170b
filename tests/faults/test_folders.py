"""The disk is full, the folder becomes read-only, the clock goes back: the command says so or does not mind, and goes on afterwards."""

from __future__ import annotations

import ast
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, ROWS, Driver, forked, frame, options, stamps, strays

Frame = list[dict[str, str]]


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted, which only root may do")
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", str(place))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


def some_records(driver: Driver, results: Path, many: int) -> None:
    while len(list(results.glob("records/*/*.json"))) < many:
        assert driver.poll() is None, driver.log()
        time.sleep(0.005)


def goes_on(calm: Frame, results: Path, tmp_path: Path, before: dict[str, str]) -> None:
    """The same command finishes the grid; what had stood stands."""
    driver = forked(options(results, tmp_path / "cache"), tmp_path / "log")
    assert driver.wait() == 0, driver.log()
    after = stamps(results)
    assert {key: after.get(key) for key in before} == before
    assert frame(results) == calm
    assert list(strays(results)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_fills_up_ends_the_command_and_loses_nothing(calm: Frame, disk: Path, tmp_path: Path, workers: int) -> None:
    results = disk / "results"
    driver = forked(options(results, tmp_path / "cache", workers), tmp_path / "log", lambda: os.environ.update(FAULTS_PAUSE="0.2"))
    some_records(driver, results, 2)
    ballast = disk / "ballast"
    with ballast.open("wb", 0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError:
            pass
    assert driver.wait() == 2, driver.log()
    assert "No space left" in driver.log()
    assert "Traceback" not in driver.log()
    before = stamps(results)
    assert 2 <= len(before) < ROWS
    ballast.unlink()
    goes_on(calm, results, tmp_path, before)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_folder_that_becomes_read_only_ends_the_command_and_loses_nothing(calm: Frame, disk: Path, tmp_path: Path, workers: int) -> None:
    results = disk / "results"
    driver = forked(options(results, tmp_path / "cache", workers), tmp_path / "log", lambda: os.environ.update(FAULTS_PAUSE="0.2"))
    some_records(driver, results, 2)
    for _ in range(1000):
        try:
            mount("-o", "remount,ro", str(disk))
            break
        except subprocess.CalledProcessError:  # busy: a file is being written at this moment
            time.sleep(0.003)
    assert driver.wait() == 2, driver.log()
    assert "Read-only" in driver.log()
    assert "Traceback" not in driver.log()
    before = stamps(results)
    assert 2 <= len(before) < ROWS
    mount("-o", "remount,rw", str(disk))
    goes_on(calm, results, tmp_path, before)


def test_a_full_cache_is_told_and_the_same_command_goes_on(calm: Frame, disk: Path, tmp_path: Path) -> None:
    (disk / "ballast").touch()
    cache, results = disk / "cache", tmp_path / "results"
    mount("-o", "remount,ro", str(disk))
    driver = forked(options(results, cache), tmp_path / "log")
    assert driver.wait() == 1, driver.log()
    assert "phase cache could not be written" in driver.log()
    before = stamps(results)
    mount("-o", "remount,rw", str(disk))
    assert forked(options(results, cache), tmp_path / "log").wait() == 0
    assert {key: stamps(results)[key] for key in before} == before
    assert frame(results) == calm


class BackwardClock:
    """Wall-clock time that falls by a day with every look."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        self.now -= 86400
        return self.now


def clock_back() -> None:
    """In a driver: the clock of the wall runs backwards."""
    clock = BackwardClock()
    time.time, time.time_ns = clock, lambda: int(clock() * 10**9)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_clock_that_is_set_back_changes_nothing(calm: Frame, tmp_path: Path, workers: int) -> None:
    results = tmp_path / "results"
    drivers = [forked(options(results, tmp_path / "cache", workers), tmp_path / f"log{i}", clock_back) for i in range(2)]
    assert [driver.wait() for driver in drivers] == [0, 0], [driver.log() for driver in drivers]
    assert frame(results) == calm
    assert list(strays(results)) == []


def test_no_code_of_the_engine_reads_the_clock_of_the_wall() -> None:
    """Durations and leases come from monotonic clocks; no record holds a date."""
    wall = {f"{module}.{name}" for module in ("time", "datetime", "date", "datetime.datetime") for name in READS}
    found = []
    for path in sorted((ROOT / "benchmark").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in wall:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert found == []


READS = ("time", "time_ns", "now", "utcnow", "today", "localtime", "gmtime", "strftime", "ctime")
