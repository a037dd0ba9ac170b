"""The program that measures what the diagnostics cost: its variants train the same, and its table has a line for every method."""

from __future__ import annotations

from pathlib import Path

import diagnostics_cost
import pytest
from diagnostics_cost import WITH, WITHOUT, WITHOUT_TERMS, Cost, diagnosed

from benchmark.running.one_run import train_and_score


@pytest.mark.parametrize(("variant", "points", "terms"), [(WITH, 10, 2), (WITHOUT_TERMS, 10, 0), (WITHOUT, 0, 0)])
def test_each_variant_measures_at_the_steps_that_it_names(tmp_path: Path, variant: str, points: int, terms: int) -> None:
    plan = diagnostics_cost.planned(diagnostics_cost.tiny_setting(), tmp_path)
    run = next(run for run in plan.runs if run.arm.name == "scl")
    with diagnosed(variant):
        (phase,) = train_and_score(run.spec, plan.workspace).phases
    assert len(phase.log["terms"].get("ce", [])) == points
    assert len(phase.log["diagnostics"]["steps"]) == terms


def test_a_ratio_compares_the_repetitions_of_one_turn() -> None:
    cost = Cost("ce", 60, 3, {WITH: [2.0, 3.0], WITHOUT_TERMS: [2.0, 2.0], WITHOUT: [1.0, 2.0]})
    assert cost.ratios(WITHOUT) == [2.0, 1.5]
    assert "| ce | 60 | 3 | 2.50 | 1.250 (1.000 to 1.500) | 1.750 (1.500 to 2.000) missed |" in diagnostics_cost.table([cost], {})


@pytest.mark.slow
def test_it_measures_every_method_and_a_trial_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in diagnostics_cost.FOLDER.iterdir())
    assert diagnostics_cost.main(["--tiny"]) == 0
    printed = capsys.readouterr().out
    assert all(f"| {method} | " in printed for method in diagnostics_cost.METHODS)
    assert sorted(path.name for path in diagnostics_cost.FOLDER.iterdir()) == before
