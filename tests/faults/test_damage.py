"""Files are truncated, edited and removed between two commands: the second one makes the folder whole again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import forked, frame, options, stamps, strays

from benchmark.running import leases

Frame = list[dict[str, str]]


@pytest.fixture(scope="module")
def finished(calm: Frame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished grid, never touched: folders `results` and `cache`."""
    folder = tmp_path_factory.mktemp("finished")
    assert forked(options(folder / "results", folder / "cache"), folder / "log").wait() == 0
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "copy")
    return tmp_path / "copy"


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: random.Random(len(content)).randrange(len(content))])


def edit(path: Path) -> None:
    """One character of the content becomes another one."""
    content = bytearray(path.read_bytes())
    place = random.Random(len(content)).randrange(1, len(content) - 1)
    content[place] = ord("7") if content[place] != ord("7") else ord("8")
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\x00" * 50)


def remove(path: Path) -> None:
    path.unlink()


def some(folder: Path, pattern: str) -> Iterator[Path]:
    """Every second file of a kind, at least one."""
    found = sorted(folder.glob(pattern))
    assert found, pattern
    yield from found[::2]


KINDS = ["results/records/*/*.json", "results/manifests/*.json", "results/testsets/*.json", "results/splits/*.json"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.split("/")[1])
@pytest.mark.parametrize("damage", [truncate, edit, empty, garbage, remove])
def test_the_same_command_makes_good_what_was_damaged(
    calm: Frame, copy: Path, finished: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    for path in some(copy, kind):
        damage(path)
    driver = forked(options(copy / "results", copy / "cache"), copy / "log")
    assert driver.wait() == 0, driver.log()
    assert frame(copy / "results") == calm
    assert list(strays(copy / "results")) == []
    for path in finished.glob(kind):
        mended = copy / path.relative_to(finished)
        if "records" not in kind and "manifests" not in kind:  # these hold times and the program's state
            assert mended.read_bytes() == path.read_bytes()


def test_a_record_that_is_whole_is_not_made_again(calm: Frame, copy: Path) -> None:
    before = stamps(copy / "results")
    (first, *_) = sorted((copy / "results").glob("records/*/*.json"))
    edit(first)
    assert forked(options(copy / "results", copy / "cache"), copy / "log").wait() == 0
    after = stamps(copy / "results")
    assert {key for key in before if after[key] != before[key]} == {first.stem}


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
@pytest.mark.parametrize("damage", [truncate, edit, empty, garbage, remove])
def test_a_damaged_cached_phase_is_trained_again(calm: Frame, copy: Path, suffix: str, damage: Callable[[Path], None]) -> None:
    shutil.rmtree(copy / "results/records")
    for path in some(copy, f"cache/phases/*/*.{suffix}"):
        damage(path)
    driver = forked(options(copy / "results", copy / "cache"), copy / "log")
    assert driver.wait() == 0, driver.log()
    assert frame(copy / "results") == calm


def lease_that_nobody_can_read(results: Path, content: bytes) -> str:
    """The key of a finished run, beside whose record stands a lease with this content."""
    key = next(results.glob("records/*/*.json")).stem
    place = results / leases.FOLDER / key
    place.mkdir(parents=True)
    (place / "0123456789abcdef").write_bytes(content)
    return key


UNREADABLE = pytest.mark.parametrize("content", [b"", b"nonsense", b"00000000000000000001\n", b"\xff\x00" * 50])


@UNREADABLE
def test_a_lease_that_nobody_can_read_disturbs_no_run_that_is_done(calm: Frame, copy: Path, content: bytes) -> None:
    before = stamps(copy / "results")
    lease_that_nobody_can_read(copy / "results", content)
    assert forked(options(copy / "results", copy / "cache"), copy / "log").wait() == 0
    assert stamps(copy / "results") == before
    assert frame(copy / "results") == calm


@UNREADABLE
def test_a_lease_that_nobody_can_read_holds_no_run_for_ever(
    calm: Frame, copy: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody beats in it: after `LEASE_TIMEOUT` seconds, which are few here, the run is free."""
    monkeypatch.setattr(leases, "LEASE_TIMEOUT", 0.1)
    key = lease_that_nobody_can_read(copy / "results", content)
    (record,) = (copy / "results").glob(f"records/*/{key}.json")
    record.unlink()
    driver = forked(options(copy / "results", copy / "cache"), copy / "log")
    assert driver.wait() == 0, driver.log()
    assert frame(copy / "results") == calm
    assert list(strays(copy / "results")) == []
