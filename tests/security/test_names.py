"""A name never becomes a path unchecked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.records.store import RecordStore
from benchmark.running import leases
from benchmark.running.phase_cache import PhaseCache

Bench = Callable[..., tuple[int, str]]
CLIMBING = [
    "../outside",
    "../../outside",
    "/outside",
    "a/../../outside",
    "..\\outside",
    "outside\x00",
    "~/outside",
    "..",
    ".",
    "",
    "%2e%2e/x",
]
RUN = ["run", "--profile", "smoke", "--results", "results", "--cache", "cache"]


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that would be met by climbing out of the folder."""
    for name in ("outside", "outside.toml", "outside.json"):
        (tmp_path / name).write_text("secret = 1")


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize(
    "words",
    [
        ["--suite", "glue-fewshot", "--tasks"],
        ["--suite", "glue-fewshot", "--methods"],
        ["--suite", "glue-fewshot", "--noise"],
        ["--suite"],
        ["--suite", "glue-fewshot", "--encoder"],
        ["--suite", "glue-fewshot", "--shots"],
    ],
    ids=lambda words: words[-1].lstrip("-"),
)
def test_an_option_that_climbs_is_a_mistake(bench: Bench, tmp_path: Path, words: list[str], name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    code, said = bench(*RUN, *words, name)
    assert code == 2, said
    assert "Traceback" not in said
    assert "secret" not in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", [name for name in CLIMBING if name])
def test_a_task_file_cannot_name_a_path(bench: Bench, tmp_path: Path, name: str) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label,split\n" + "".join(f"text {i},{'yn'[i % 2]},{'train' if i < 60 else 'test'}\n" for i in range(100)))
    code, said = bench(*RUN, "--suite", "glue-fewshot", "--tasks", name, "--task-file", f"{name}={rows}", "--methods", "majority")
    assert code == 2, said
    assert not (tmp_path / "empty" / "results").exists()


@pytest.mark.parametrize("key", [*CLIMBING, "*", "ABCDEF", "a" * 65])
def test_a_key_is_hexadecimal_or_no_key(bench: Bench, tmp_path: Path, key: str) -> None:
    (tmp_path / "empty" / "results").mkdir()
    assert bench("show", key, "--results", "results")[0] == 2
    store = RecordStore(tmp_path / "empty" / "results")
    for use in (
        lambda: store.read(key),
        lambda: store.get(key),
        lambda: store.stamp(key),
        lambda: store.get_shared("splits", key),
        lambda: store.write_side(key, "npy", b""),
        lambda: leases.acquire(store.root, key),
        lambda: leases.holder(store.root, key),
        lambda: PhaseCache(store.root, 10).get(key),
    ):
        with pytest.raises(UserError, match="hexadecimal"):
            use()
    assert list(store.root.iterdir()) == []
