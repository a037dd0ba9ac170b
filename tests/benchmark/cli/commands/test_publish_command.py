"""publish on the command line: a folder is written, and mistakes end with 2."""

from __future__ import annotations

from pathlib import Path

STUDY = Path(__file__).resolve().parents[4] / "results" / "study"


def test_the_committed_study_can_be_published(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780315200")
    done = bench("publish", "--results", str(STUDY), "--to", str(tmp_path / "release"))
    assert done.code == 0, done.err
    assert (tmp_path / "release" / "registration.json").read_bytes() == (STUDY / "registration.json").read_bytes()
    assert "2026-06-01" in (tmp_path / "release" / "README.md").read_text()


def test_another_address_is_wrong_usage(bench, tmp_path):
    (tmp_path / "results").mkdir()
    done = bench("publish", "--results", "results", "--to", "https://example.org/data")
    assert done.code == 2
    assert "hf://datasets/ORG/NAME" in done.err


def test_a_folder_must_be_named(bench):
    assert bench("publish").code == 2
