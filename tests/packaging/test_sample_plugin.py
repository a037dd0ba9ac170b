"""A separate project adds a method through the entry-point group: found, checked, and run like ours."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_a_method_of_another_distribution_is_listed_with_its_place(root: Path, sample_plugin: Path, ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("list", "methods", path=(sample_plugin, root))
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.split()[:1] == ["focal"])
    assert "focal loss" in line
    assert "sample_plugin/focal.py:" in line


def test_without_the_distribution_there_is_no_such_method(root: Path, ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("list", "methods", path=(root,))
    assert "focal" not in {line.split()[0] for line in done.stdout.splitlines() if line.strip()}


def test_it_passes_the_conformance_suite(root: Path, sample_plugin: Path, ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("check", "focal", path=(sample_plugin, root))
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_runs_in_a_grid_beside_ours(root: Path, sample_plugin: Path, ask) -> None:  # type: ignore[no-untyped-def]
    grid = "run --suite glue-fewshot --profile smoke --methods ce,focal --tasks sst2 --seeds 1 --results results --cache cache"
    done = ask(*grid.split(), path=(sample_plugin, root))
    assert done.returncode == 0, done.stdout + done.stderr
    frame = ask("export", "--results", "results", "--format", "csv", path=(sample_plugin, root)).stdout
    assert {(row["method"], row["status"]) for row in csv.DictReader(io.StringIO(frame))} == {("ce", "done"), ("focal", "done")}
