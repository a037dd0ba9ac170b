"""doctor tells what it finds, and goes on where something is broken."""

from __future__ import annotations

import pytest

from benchmark.cli.output import machine_report


def sections(text):
    """Heading -> its lines."""
    found, heading = {}, ""
    for line in text.splitlines():
        if not line.startswith(" "):
            heading = line
            found[heading] = []
        else:
            found[heading].append(line.strip())
    return found


@pytest.fixture
def report(bench, monkeypatch, tmp_path):
    """doctor on a machine without any data."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("BENCHMARK_DATA_ROOT", raising=False)

    def call(*words):
        outcome = bench("doctor", "--cache", str(tmp_path / "cache"), *words)
        assert outcome.code == 0, outcome.err
        return sections(outcome.out)

    return call


def test_every_section_has_facts_without_data_and_network(report):
    found = report()
    assert list(found) == ["versions", "devices", "precision", "data", "encoders", "cache"]
    assert not [line for lines in found.values() for line in lines if line.startswith("could not look")]
    assert all(found.values())
    assert any(line.startswith("torch ") and "not installed" not in line for line in found["versions"])
    assert {line.split(":")[0] for line in found["precision"]} >= {"cpu fp32", "cpu bf16"}


def test_data_are_found_where_they_are(report, tmp_path):
    folder = tmp_path / "mirror" / "nyu-mll__glue" / "rte"
    folder.mkdir(parents=True)
    (folder / "train-0.parquet").touch()
    (tmp_path / "hub" / "datasets--nyu-mll--glue").mkdir(parents=True)
    found = report("--data-root", str(tmp_path / "mirror"))
    assert "rte: mirror, hub cache" in found["data"]
    assert any(line.startswith("trec: not here") for line in found["data"])


def test_the_cache_has_a_size(report, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "state").write_bytes(b"x" * 1500)
    assert report()["cache"][0].endswith("1 files, 1.5 kB")


def test_a_broken_section_says_so_and_the_others_go_on(report, monkeypatch):
    monkeypatch.setattr(machine_report, "devices", lambda: 1 / 0)
    found = report()
    assert found["devices"] == ["could not look: ZeroDivisionError: division by zero"]
    assert found["precision"]
