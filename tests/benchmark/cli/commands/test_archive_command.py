"""archive and restore on a small study, and the commands that read an archive like its folder."""

from __future__ import annotations

import pytest

GRID = ("run", "--suite", "glue-fewshot", "--profile", "smoke", "--methods", "majority,tfidf", "--tasks", "sst2", "--seeds", "2")


@pytest.fixture
def archived(bench):
    assert bench(*GRID, "--results", "runs", "--cache", "cache").code == 0
    outcome = bench("archive", "--results", "runs", "--out", "archive")
    assert outcome.code == 0
    assert "batch-0001.parquet" in outcome.out


def test_a_second_call_without_anything_new_says_so(bench, archived):
    assert bench("archive", "--results", "runs", "--out", "archive").out == "Nothing is new.\n"


@pytest.mark.parametrize("words", [("export",), ("report", "--out", "report", "--no-figures"), ("compare", "runs")])
def test_an_archive_is_read_like_its_folder(bench, archived, words):
    command, *more = words
    place = (lambda name: [name]) if command == "compare" else (lambda name: ["--results", name])
    folder, archive = (bench(command, *more, *place(name)) for name in ("runs", "archive"))
    assert (folder.code, archive.code) == (0, 0)
    assert archive.out.replace("archive", "runs") == folder.out


def test_records_of_an_archive_are_run_again(bench, archived):
    outcome = bench("verify", "--results", "archive", "--sample", "1")
    assert outcome.code == 0
    assert "bitwise" in outcome.out


def test_a_run_into_an_archive_is_refused(bench, archived):
    outcome = bench(*GRID, "--results", "archive", "--cache", "cache")
    assert outcome.code == 2
    assert "is an archive" in outcome.err


def test_what_was_restored_is_not_run_again(bench, archived):
    assert bench("restore", "archive", "--out", "again").code == 0
    assert "0 to do" in bench("plan", *GRID[1:], "--results", "again").out


def test_a_damaged_archive_ends_with_1_and_names_the_file(bench, archived, tmp_path):
    file = tmp_path / "archive" / "batch-0001.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    outcome = bench("restore", "archive", "--out", "again")
    assert outcome.code == 1
    assert "batch-0001.parquet: truncated or edited" in outcome.err


def test_what_is_no_archive_is_refused(bench, tmp_path):
    (tmp_path / "empty").mkdir()
    assert bench("restore", "empty", "--out", "again").code == 2
