"""Where a reference is found, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.records.record import RunRecord
from benchmark.records.reference.reference import VARIABLE, find_reference, read_reference


def test_reference_is_the_committed_study(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert find_reference("reference") == root / "results" / "study"


def test_a_variable_says_where_the_reference_is_without_a_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert find_reference("reference") == tmp_path
    monkeypatch.setenv(VARIABLE, str(tmp_path / "absent"))
    with pytest.raises(UserError, match="no such folder"):
        find_reference("reference")


def test_a_folder_without_a_plan_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no plan of it can be read"):
        read_reference(tmp_path)


def test_the_study_is_read_by_arm_place_and_seed(root: Path) -> None:
    found = read_reference(root / "results" / "study")
    assert (found.suite, found.profile, found.protocol) == ("study", "laptop", "honest")
    record = next(run.record for run in found.runs if run.row.arm == "scl")
    beside = found.beside("ce", record.spec)
    assert isinstance(beside, RunRecord)
    assert (beside.spec.method.name, beside.spec.seed, beside.split) == ("ce", record.spec.seed, record.split)
    other = record.spec.model_copy(update={"seed": 10**6})
    assert found.beside("ce", other) is None


def test_one_of_several_suites_must_be_named(root: Path) -> None:
    with pytest.raises(UserError, match="Unknown suite"):
        read_reference(root / "results" / "study", suite="glue-fewshot")
