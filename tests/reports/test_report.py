"""`benchmark.report` and the files it writes: only below the folder that is given, and with every problem in its first lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.errors import UserError
from benchmark.records.record import Failure, GitState
from benchmark.records.registration.deviations import Deviation
from benchmark.records.registration.registration import RegisteredRuns, Registration, write_registration
from benchmark.records.spec import SPEC_VERSION
from benchmark.records.store import RecordStore
from reports.output_files import file_name
from reports.registered import abridged, counted
from reports.report import Notes

ARMS = {"ce": [0.60, 0.62, 0.61], "scl": [0.64, 0.66, 0.63]}


@pytest.fixture
def folder(tmp_path: Path, filled: Any) -> Path:
    return filled(tmp_path / "results", {("sst2", "20", ""): ARMS})


def test_the_options_of_the_command_line_are_keywords(folder: Path, tmp_path: Path) -> None:
    made = benchmark.report(folder, tmp_path / "out", suite="glue-fewshot", formats="md,csv", against="scl", family="task", figures=False)
    assert made.problems == ()
    assert {path.suffix for path in made.files if path.parent.name == "tables"} == {".md", ".csv"}
    assert any("scl" in path.read_text() for path in made.files)


@pytest.mark.parametrize(("options", "said"), [({"tables": "x"}, "Did you mean 'table'"), ({"bootstrap": 1}, "Unknown option 'bootstrap'")])
def test_an_option_that_does_not_exist_is_a_mistake(folder: Path, tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        benchmark.report(folder, tmp_path / "out", **options)


def test_compare_is_there_too(folder: Path) -> None:
    assert benchmark.compare(folder, folder).rows == ()


def test_a_problem_stands_in_the_first_lines_of_the_report(folder: Path, tmp_path: Path) -> None:
    victim = sorted((folder / "records").glob("*/*.json"))[0]
    victim.write_bytes(victim.read_bytes()[:100])
    (testset,) = (folder / "testsets").iterdir()
    testset.write_bytes(b"{")
    made = benchmark.report(folder, tmp_path / "out", figures=False)
    assert {file for file, _ in made.problems} == {victim.relative_to(folder).as_posix(), f"testsets/{testset.name}"}
    first = (tmp_path / "out" / "report.md").read_text().splitlines()[:6]
    assert first[0].startswith("**LEFT OUT: 2 files")
    assert any(victim.stem[:12] in line for line in first)
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.index("LEFT OUT: 2 files") < page.index("<main")


def test_markup_and_control_characters_in_an_error_reach_no_file(folder: Path, tmp_path: Path) -> None:
    store = RecordStore(folder)
    record = next(iter(store))
    assert not isinstance(record, tuple)
    nasty = Failure(type="RuntimeError", message="<script>alert(1)</script> \x1b[31m =1+1")
    empty: dict[str, Any] = {"metrics": {}, "dev_metrics": {}, "predictions": None, "testset": None}
    store.write(record.model_copy(update={"status": "failed", "error": nasty, **empty}))
    made = benchmark.report(folder, tmp_path / "out", figures=False)
    texts = [path.read_text() for path in made.files]
    assert any("alert(1)" in text for text in texts)
    assert not [text for text in texts if "\x1b" in text]
    assert not [path for path, text in zip(made.files, texts, strict=True) if path.suffix != ".json" and "<script>alert" in text]


@pytest.mark.parametrize("name", ["../../up", "a/b", "..", ".hidden", "x\x1b", "", "n" * 400, "a\\b", "C:x"])
def test_a_file_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / file_name(name, ".md")
    path.write_text("")
    assert path.resolve().parent == tmp_path.resolve()
    assert not path.name.startswith(".")


def test_nothing_is_written_outside_the_folder(tmp_path: Path, filled: Any) -> None:
    results = filled(tmp_path / "results", {("sst2", "20", ""): {"../../../ce": [0.6, 0.62], "ce": [0.6, 0.7]}})
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    made = benchmark.report(results, tmp_path / "a" / "b" / "out", against="../../../ce")
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert written == set(made.files)
    assert all(path.resolve().is_relative_to((tmp_path / "a" / "b" / "out").resolve()) for path in written)


def registered(file: Path, code: str) -> Path:
    """A registration of another study than the one in the folder."""
    runs = RegisteredRuns(stage="1", profile="laptop", runs=1, digest="0" * 64, keys={"sst2 N=20 ce": "0" * 12})
    about: dict[str, Any] = {"numerics": 1, "spec_version": SPEC_VERSION, "environment": {}}
    write_registration(file, Registration(suite="mine", code=GitState(commit=code), runs=(runs,), **about))
    return file


def test_the_comparison_with_the_registration_stands_in_the_first_lines(folder: Path, tmp_path: Path) -> None:
    file = registered(tmp_path / "registration.json", "a" * 40)
    made = benchmark.report(folder, tmp_path / "out", figures=False, registration=file)
    summary, *deviations = made.registration
    missing = [line for line in deviations if line.startswith("- missing")]
    others = len(deviations) - len(missing)
    assert (others, len(missing)) == (1, 1)
    assert missing == deviations[others:], "runs that are not made yet stand last"
    assert summary == "The study 'mine', registered at commit aaaaaaaaaaaa: 1 deviation other than runs not made yet (1 line)."
    lines = (tmp_path / "out" / "report.md").read_text().splitlines()
    assert lines[0] == f"**{summary}**"
    assert lines[2] == deviations[0]
    content = json.loads((tmp_path / "out" / "report.json").read_text())
    assert content["registration"] == {"summary": summary, "deviations": [line.removeprefix("- ") for line in deviations]}
    assert "registered at commit aaaaaaaaaaaa" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ((), "as registered"),
        (("missing", "missing"), "no deviation other than runs not made yet (2 lines)"),
        (("missing", "code"), "1 deviation other than runs not made yet (1 line)"),
        (("code", "failed"), "2 deviations"),
    ],
)
def test_runs_that_are_not_made_yet_are_counted_apart(kinds: tuple[str, ...], said: str) -> None:
    assert counted([Deviation(kind, "1", "what") for kind in kinds]) == said


def test_a_long_list_of_unfinished_runs_is_shortened_and_nothing_else_is() -> None:
    code = [f"- code: {i}" for i in range(9)]
    first = [f"- missing (stage 1): {i} of 10 runs" for i in range(9)]
    second = [f"- missing (stage 2): {i} of 10 runs" for i in range(3)]
    more = "- missing (stage 1): 7 more lines of this stage, all in the report.json of a whole report"
    assert abridged([*code, *first, *second]) == [*code, *first[:2], more, *second]
    assert Notes(registration=("Head.", *first)).markdown()[1].count("\n") == 2
    assert Notes(registration=("Head.", *first)).plain()["registration"]["deviations"] == [line.removeprefix("- ") for line in first]


def test_as_registered_is_one_line() -> None:
    notes = Notes(registration=("The study 'mine', registered at commit aaaaaaaaaaaa: as registered.",))
    assert notes.markdown() == ["**The study 'mine', registered at commit aaaaaaaaaaaa: as registered.**"]
    assert notes.plain()["registration"] == {"summary": notes.registration[0], "deviations": []}


def test_without_a_registration_the_report_names_none(folder: Path, tmp_path: Path) -> None:
    benchmark.report(folder, tmp_path / "out", figures=False)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["registration"] is None
    assert "registered" not in (tmp_path / "out" / "report.md").read_text()


def test_a_registration_that_cannot_be_read_is_a_mistake_and_writes_no_file(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="registration"):
        benchmark.report(folder, tmp_path / "out", registration=tmp_path / "nowhere.json")
    assert not (tmp_path / "out").exists()
