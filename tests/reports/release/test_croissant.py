"""Croissant metadata: accepted by the vocabulary's own library without a network, and true of the files."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.release.release import Release, write_release

RESPONSIBLE = (
    *("dataCollection", "dataBiases", "dataLimitations", "dataUseCases", "personalSensitiveInformation", "dataAnnotationProtocol"),
    *("annotationsPerItem", "dataCollectionType", "dataReleaseMaintenancePlan"),
)


@pytest.fixture
def folder(release: Release, tmp_path: Path) -> Path:
    write_release(release, tmp_path / "release")
    return tmp_path / "release"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection is an error."""

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_library_accepts_it_without_error_or_warning(folder: Path, offline: None) -> None:
    import mlcroissant

    found = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = found.metadata.ctx.issues
    assert issues.errors == set()
    assert issues.warnings == set()
    assert found.metadata.personal_sensitive_information
    assert found.metadata.data_limitations
    assert found.metadata.data_collection


def test_the_library_reads_every_table_as_it_is(folder: Path, offline: None) -> None:
    import mlcroissant

    found = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    for table in ("records", "predictions", "testsets", "environments"):
        rows = [{name.partition("/")[2]: value for name, value in row.items()} for row in found.records(table)]
        expected = pd.concat([pd.read_parquet(path) for path in sorted((folder / table).glob("*.parquet"))])
        assert len(rows) == len(expected)
        assert set(rows[0]) == set(expected.columns)


def test_a_broken_description_is_found(folder: Path, offline: None) -> None:
    """The check above can fail: a field whose file set does not exist is an error."""
    import mlcroissant

    content = json.loads((folder / "croissant.json").read_text())
    content["recordSet"][0]["field"][0]["source"]["fileSet"]["@id"] = "nothing"
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=content)


def test_the_responsible_ai_fields_are_there(folder: Path) -> None:
    content = json.loads((folder / "croissant.json").read_text())
    assert [name for name in RESPONSIBLE if not content.get(f"rai:{name}")] == []
    assert "http://mlcommons.org/croissant/RAI/1.0" in content["conformsTo"]


def test_every_file_is_described_with_its_size_and_checksum(folder: Path) -> None:
    described = {
        one["contentUrl"]: one for one in json.loads((folder / "croissant.json").read_text())["distribution"] if "contentUrl" in one
    }
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert set(described) == set(files) - {"croissant.json", "SHA256SUMS"}
    for name, one in described.items():
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert one["contentSize"] == f"{len(files[name])} B"
