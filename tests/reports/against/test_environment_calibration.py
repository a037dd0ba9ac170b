"""What another environment changes: counted on repeated runs, and added to the error of a mean where it is not in the spread already."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import floats
from scipy import stats

from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.stats.intervals import Estimate
from reports.against.environment_calibration import AddedError, Calibration, RepeatedRun, calibration, widened

FOUND = Estimate(0.02, 0.006, 9.0, "split", 10, "t")


def repeated(*differences: float, changed: int = 3) -> Calibration:
    return Calibration(tuple(RepeatedRun(f"ce {i}", 0.6 + d, 0.6, changed, 100) for i, d in enumerate(differences)))


def records(folder: Path) -> dict[str, RunRecord]:
    return {record.key: record for record in RecordStore(folder) if isinstance(record, RunRecord)}


def test_equal_predictions_add_nothing_and_say_how_little_so_few_runs_show() -> None:
    found = repeated(0.0, 0.0, 0.0, 0.0, changed=0)
    assert found.added is None
    assert found.usable
    assert "4 of 4" in found.lines()[0]
    assert "at most 53 %" in found.lines()[0]  # 1 - 0.05 ** (1 / 4)


def test_the_added_error_is_the_shift_squared_plus_its_sampling_variance() -> None:
    differences = [0.01, -0.02, 0.03, 0.0]
    mean = sum(differences) / 4
    variance = sum((d - mean) ** 2 for d in differences) / 3
    added = repeated(*differences).added
    assert added is not None
    assert added.error == pytest.approx(math.sqrt(mean**2 + variance / 4))
    assert added.freedom == 3


def test_one_repeated_run_that_differs_is_not_enough_for_an_interval() -> None:
    assert not repeated(0.01).usable
    assert "no interval" in " ".join(repeated(0.01).lines())
    assert repeated(0.0, changed=0).usable


def test_an_estimate_is_widened_by_satterthwaite() -> None:
    added = AddedError(0.008, 3)
    wide = widened(FOUND, added)
    variance = 0.006**2 + 0.008**2
    freedom = min(9, variance**2 / (0.006**4 / 9 + 0.008**4 / 3))
    half = stats.t.ppf(0.975, freedom) * math.sqrt(variance)
    assert wide.value == FOUND.value
    assert wide.interval().high == pytest.approx(0.02 + half)
    assert "across environments" in wide.method
    assert widened(FOUND, None) == FOUND


@given(error=floats(1e-4, 1), freedom=floats(1, 200), added=floats(1e-4, 1), more=floats(1, 20))
def test_widening_never_narrows(error: float, freedom: float, added: float, more: float) -> None:
    before = Estimate(0.02, error, freedom, "split", 10, "t").interval()
    after = widened(Estimate(0.02, error, freedom, "split", 10, "t"), AddedError(added, more)).interval()
    assert after.low <= before.low
    assert after.high >= before.high


def test_only_runs_with_one_key_and_another_environment_are_repeated_runs(tmp_path: Path, filled) -> None:
    cells = {("sst2", "20", ""): {"ce": [0.60, 0.70]}}
    reference = filled(tmp_path / "reference", cells)
    here = filled(tmp_path / "here", {("sst2", "20", ""): {"ce": [0.61, 0.70], "mine": [0.8]}}, env_id="e" * 64)
    found = calibration(records(here), records(reference))
    assert sorted(round(d, 6) for d in found.differences) == [0.0, 0.01]
    assert found.equal == 1
    assert calibration(records(reference), records(reference)).runs == ()
