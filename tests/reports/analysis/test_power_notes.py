"""What stands under a table of what could not be found, and of what is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.analysis.analysis import Analysis, analyse
from reports.analysis.power_notes import missing_notes, power_notes
from reports.results.blocks import read_results

CE = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]


def of(folder: Path) -> Analysis:
    (block,) = read_results(folder).blocks
    analysis = analyse(block)
    assert analysis is not None
    return analysis


def test_seeds_that_one_arm_alone_was_planned_for_are_not_missing(tmp_path: Path, filled: Any) -> None:
    assert missing_notes(of(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "cat": [0.66, 0.69, 0.61]}}))) == ()


def test_runs_that_were_planned_and_are_not_there_are(tmp_path: Path, filled: Any) -> None:
    analysis = of(filled(tmp_path, {("sst2", "20", ""): {"ce": CE, "cat": [0.66, 0.69, None]}}))
    assert missing_notes(analysis) == ("In 1 comparison a run of one or both arms is not there (up to 1 pair); those pairs are left out.",)


def test_two_pairs_have_no_smallest_difference_and_are_told_what_it_needs(tmp_path: Path, filled: Any) -> None:
    (said,) = power_notes(of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.66, 0.7]}})))
    assert "three pairs that differ" in said
