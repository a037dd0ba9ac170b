"""The paragraph says what was run, what was found and how sure, from the same numbers as the tables."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from reports.analysis.contents import contents
from reports.report import Options, report
from reports.results.blocks import read_results


def text_of(folder):
    (block,) = read_results(folder).blocks
    return contents(block).text


def test_it_names_what_was_run_and_the_sure_differences(grid):
    text = text_of(grid)
    assert "We ran 3 arms of the suite glue-fewshot with all-minilm-l6-v2 (profile laptop, protocol honest) on sst2 and trec" in text
    assert "The baseline ce reached 60.7 (sd 2.2) on sst2 N = 20" in text
    assert "After Holm's correction within each family (3 comparisons: 3 of paper scl, suite glue-fewshot; paired t-tests" in text
    assert "scl was better by 4.3 points on sst2 N = 20 (95 % interval 3.1 to 5.6, n = 6)" in text
    assert "The baseline under other random numbers differed from itself by 0.0 [" in text  # a band, no threshold


def test_where_nothing_is_found_it_says_what_could_have_been_missed(tmp_path, filled):
    cells = {("sst2", "20", ""): {"ce": [0.60, 0.66, 0.62, 0.70], "scl": [0.66, 0.60, 0.69, 0.63]}}
    text = text_of(filled(tmp_path, cells))
    assert "no difference from ce was shown in the one comparison that could be tested" in text
    assert "(1 comparison: 1 of paper scl, suite glue-fewshot; paired" in text
    assert "would likely have been missed" in text
    assert "The noise floor was not measured" in text


def test_a_stand_in_is_named_before_any_number(tmp_path, filled):
    text = text_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7], "scl": [0.6, 0.7]}}, task_source="embedded"))
    assert text.index("stand in for real ones") < text.index("The baseline")


def test_missing_and_failed_runs_are_in_it(tmp_path, filled):
    text = text_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, None, float("nan"), 0.7]}}))
    assert "Of 4 planned runs 2 finished and 1 failed; the rest is missing." in text


def test_no_text_calls_a_gain_noise(grid, tmp_path):
    """The noise floor is a distribution: it is shown as a band with its interval, and no gain is called noise for being smaller."""
    report(Options(grid, out=tmp_path / "out", figures=False))
    texts = [(tmp_path / "out" / name).read_text() for name in ("report.md", "report.html", "report.json")]
    assert all("differed from itself by" in text for text in texts)
    assert not any(re.search(r"(is|are|only|just|within|below the) noise\b(?! floor)|below the noise", text) for text in texts)


SMALLER = re.compile(r"(no larger|smaller|less) than (its own|that of `ce-null`)|If `ce-null` moves by", re.IGNORECASE)


def test_no_document_makes_a_threshold_of_the_noise_floor():
    root = Path(__file__).resolve().parents[3]
    for document in (root / "README.md", *(root / "docs").glob("*.md")):
        assert not SMALLER.search(document.read_text(encoding="utf-8")), document.name


def test_nothing_is_missing_where_the_rest_has_failed(tmp_path, filled):
    text = text_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62, float("nan"), 0.7]}}))
    assert "Of 4 planned runs 3 finished and 1 failed. " in text


def test_arms_with_different_numbers_of_runs_in_a_cell_are_told_as_a_range(tmp_path, filled):
    """A stage of 20 seeds and one of 10 in one cell: `10 runs (20 on sst2)` was wrong of most arms there."""
    six, three = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59], [0.65, 0.66, 0.63]
    mixed = text_of(filled(tmp_path / "a", {("sst2", "20", ""): {"ce": six, "cat": three}, ("trec", "20", ""): {"ce": six}}))
    assert ", 3 to 6 runs per arm and cell, each on its own training set." in mixed
    by_cell = text_of(filled(tmp_path / "b", {("sst2", "20", ""): {"ce": six, "cat": six}, ("trec", "20", ""): {"ce": three}}))
    assert ", 6 runs per arm and cell, each on its own training set (3 on trec N = 20)." in by_cell


def test_against_another_arm_there_is_no_noise_floor(grid, tmp_path):
    report(Options(grid, out=tmp_path / "out", against="scl", figures=False))
    text = (tmp_path / "out" / "report.md").read_text()
    assert "differed from itself" not in text
    assert "The noise floor was not measured" in text


def test_each_metric_is_named_with_its_scores(tmp_path, filled, make_record, monkeypatch):
    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7]}, ("trec", "20", ""): {"ce": [0.5, 0.7]}})
    (block,) = read_results(folder).blocks
    frame = block.frame.assign(metric=block.frame["task"].map({"sst2": "accuracy", "trec": "macro_f1"}))
    text = contents(dataclasses.replace(block, frame=frame)).text
    assert "reached 65.0 (sd 7.1) on sst2 N = 20, in points of accuracy; 60.0 (sd 14.1) on trec N = 20, in points of macro_f1." in text
