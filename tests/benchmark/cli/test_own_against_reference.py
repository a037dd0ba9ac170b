"""`compare --against`: a method from a fresh file gets its row beside the arms of a reference that was not run again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.archive.restored import restore
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore

Bench = Callable[..., Any]


def call(bench: Bench, reference: Path, *words: str) -> Any:
    return bench("compare", "--against", str(reference), "--executor", "inline", "--results", "mine", "--cache", "cache", *words)


def ran(folder: Path) -> list[str]:
    return sorted(record.spec.method.name for record in RecordStore(folder) if isinstance(record, RunRecord))


def test_only_ones_own_method_runs_and_its_row_stands_beside_the_others(
    bench: Bench, tiny_reference: Path, own_method: Path, tmp_path: Path
) -> None:
    done = call(bench, tiny_reference, "--plugin", str(own_method))
    assert done.code == 0, done.err
    assert ran(tmp_path / "mine") == ["half-ce"] * 4
    plan, _, tables = done.out.partition("## ")
    assert "4 runs of your own, 0 for calibration; 4 to do." in plan
    assert "Time: about" in plan
    assert "half-ce (yours)" in tables
    written = json.loads((tmp_path / "mine" / "against" / "against-half-ce.json").read_text())
    assert [row["name"] for row in written[0]["rows"]] == ["ce", "ce-null", "half-ce (yours)"]
    assert any("runs of one's own and 0 for calibration took" in line for line in written[0]["header"])
    assert (tmp_path / "mine" / "against" / "against-half-ce.md").is_file()

    again = call(bench, tiny_reference, "--plugin", str(own_method))
    assert "; 0 to do." in again.out


def test_from_python_a_plug_in_is_a_path(tiny_reference: Path, own_method: Path, tmp_path: Path) -> None:
    places = {"results": tmp_path / "mine", "cache": tmp_path / "cache"}
    done = benchmark.compare_with_reference(tiny_reference, plugin=own_method, tasks="sst2", seeds=1, executor="inline", **places)
    assert not done.failures
    assert ran(tmp_path / "mine") == ["half-ce"]


def test_in_another_environment_runs_of_the_baseline_are_made_again(
    bench: Bench, tiny_reference: Path, own_method: Path, tmp_path: Path, filled_in: Callable[[Path], None]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    restore(tiny_reference, elsewhere)
    store = RecordStore(elsewhere)
    records = [record for record in store if isinstance(record, RunRecord)]
    other = store.write_environment({**store.get_shared("environments", records[0].env_id), "processor": "another one"})
    for record in records:
        store.write(record.model_copy(update={"env_id": other}))
    add_to_archive(elsewhere, tmp_path / "archive")
    words = ("--plugin", str(own_method), "--tasks", "sst2", "--calibration", "2", "--submit", "contributed")
    done = call(bench, tmp_path / "archive", *words)
    assert done.code == 0, done.err
    assert "and another one in the reference" in done.out
    assert ran(tmp_path / "mine") == ["ce", "ce", "half-ce", "half-ce"]
    assert "2 of 2 repeated runs of the baseline predict every test example as in the reference" in done.out
    assert "2 across environments" in done.out

    (folder,) = (tmp_path / "contributed").glob("half-ce/*")
    filled_in(folder)
    sent = bench("admit", str(folder), "--against", str(tmp_path / "archive"))
    assert sent.code == 0, sent.out
    assert "half-ce (claimed)" in sent.out
    assert "2 of 2 repeated runs" in sent.out  # the contribution brings its calibration
    assert "not calibrated" not in sent.out


STUDY = """
tasks = ["sst2"]
baseline = "majority"
[[stage]]
name = "1"
arms = ["majority"]
seeds = 2
[[stage]]
name = "2"
tasks = ["qnli"]
arms = ["majority"]
seeds = 3
"""


def test_of_a_study_it_takes_the_first_stage_or_those_that_are_named(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(STUDY)
    places = ("--suite", "mine.toml", "--profile", "smoke", "--cache", "cache", "--executor", "inline")
    assert bench("run", *places, "--results", "study").code == 0
    first = bench("compare", "--against", "study", *places, "--results", "one", "--methods", "tfidf")
    assert first.code == 0, first.err
    assert ran(tmp_path / "one") == ["tfidf"] * 2
    assert "Stage 1" in first.out
    both = bench("compare", "--against", "study", *places, "--results", "two", "--methods", "tfidf", "--stage", "1,2")
    assert both.code == 0, both.err
    assert ran(tmp_path / "two") == ["tfidf"] * 5
    assert "Unknown stage '3'" in bench("compare", "--against", "study", *places, "--methods", "tfidf", "--stage", "3").err
    assert "Unknown suite 'mine'" in bench("compare", "--against", "study", "--methods", "tfidf").err


def test_a_reference_that_is_not_there_and_no_method_are_refused(bench: Bench, tiny_reference: Path, own_method: Path) -> None:
    absent = bench("compare", "--against", "absent", "--plugin", str(own_method))
    assert absent.code == 2
    assert "no such folder" in absent.err
    assert "without a method of your own" in call(bench, tiny_reference).err


def test_two_folders_are_still_compared(bench: Bench, tiny_reference: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_reference, tmp_path / "copy")
    done = bench("compare", str(tiny_reference), str(tmp_path / "copy"))
    assert done.code == 0, done.err
    assert "4 of 4 arms in cells hold exactly the same runs" in done.out
    mixed = bench("compare", str(tiny_reference), str(tmp_path / "copy"), "--seeds", "2")
    assert mixed.code == 2
    assert "--seeds" in mixed.err


@pytest.mark.parametrize("option", ["--against", "--calibration", "--plugin", "--tasks", "--seeds", "--data-root", "--stage"])
def test_its_options_are_those_of_run_and_its_own(bench: Bench, option: str) -> None:
    assert option in bench("compare", "--help").out


def test_its_help_says_whose_defaults_hold(bench: Bench) -> None:
    said = " ".join(bench("compare", "--help").out.split())
    assert "Default: the reference's own." in said
    assert "Default: embedded" not in said
    assert "Default: embedded" in " ".join(bench("run", "--help").out.split())
    assert "with --against md,json" in said
