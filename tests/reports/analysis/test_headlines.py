"""The answers of the first screen: over tasks, corrected within one paper, and never more than the design carries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.analysis.analysis import analyse
from reports.analysis.contents import contents, with_registered
from reports.analysis.headlines import Headline, headlines, not_run_note
from reports.results.blocks import Block, read_results

CE = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
GAIN = {"sst2": [0.05, 0.04, 0.05, 0.03, 0.06, 0.03], "trec": [0.02, 0.03, 0.02, 0.04, 0.02, 0.03]}

Filled = Callable[..., Path]


def arms_of(gain: list[float], **more: list[float]) -> dict[str, list[float]]:
    return {"ce": CE, "scl": [a + b for a, b in zip(CE, gain, strict=True)], **more}


def told(folder: Path) -> tuple[Block, dict[str, Headline]]:
    (block,) = read_results(folder).blocks
    analysis = analyse(block)
    assert analysis is not None
    return block, {one.arm: one for one in headlines(analysis)}


def test_tasks_weigh_alike_and_splits_give_the_error(tmp_path: Path, filled: Filled) -> None:
    _, found = told(filled(tmp_path, {(task, "20", ""): arms_of(gain) for task, gain in GAIN.items()}))
    one = found["scl"]
    assert one.baseline is not None
    assert one.baseline.gain.value == pytest.approx(100 * np.mean([np.mean(gain) for gain in GAIN.values()]))
    error = 100 * np.sqrt(sum(np.var(gain, ddof=1) / 6 for gain in GAIN.values())) / 2
    assert (one.baseline.gain.high - one.baseline.gain.value) / error == pytest.approx(2.3, abs=0.1)  # t with 9 to 10 degrees of freedom
    assert (one.tasks, one.pairs) == (("sst2", "trec"), 12)
    assert one.said.startswith("N = 20: +3.5 [")


def test_a_gain_on_these_tasks_is_none_for_a_new_one(tmp_path: Path, filled: Filled) -> None:
    _, found = told(filled(tmp_path, {(task, "20", ""): arms_of(gain) for task, gain in GAIN.items()}))
    assert "a gain was shown; not shown for a new task" in found["scl"].said


def test_no_gain_is_shown_where_the_correction_takes_it(tmp_path: Path, filled: Filled) -> None:
    gains = [0.03, 0.00, 0.04, -0.005, 0.035, 0.02]
    none = [0.001 * i * (-1) ** i for i in range(6)]
    _, alone = told(filled(tmp_path / "alone", {("sst2", "20", ""): arms_of(gains)}))
    assert "a gain was shown" in alone["scl"].said
    (block,) = read_results(filled(tmp_path / "more", {("sst2", "20", ""): arms_of(gains), ("sst2", "100", ""): arms_of(none)})).blocks
    analysis = analyse(block)
    assert analysis is not None
    assert ["no difference was shown" in one.said for one in headlines(analysis)] == [True, True]


def test_controls_stand_beside_the_answer_and_those_that_did_not_run_are_named(tmp_path: Path, filled: Filled) -> None:
    placebo = [a + b for a, b in zip(CE, [0.051, 0.039, 0.049, 0.032, 0.061, 0.027], strict=True)]
    cells = {("sst2", "20", ""): arms_of(GAIN["sst2"], **{"scl-placebo": placebo})}
    block, found = told(filled(tmp_path, cells))
    assert "not shown above its control scl-placebo" in found["scl"].said
    assert not found["scl-placebo"].in_words
    assert "scl-simcse" in not_run_note(block, "scl") or "more (not run)" in not_run_note(block, "scl")
    assert "scl-placebo" not in not_run_note(block, "scl")


@pytest.mark.parametrize(("more", "word"), [(-0.03, "above"), (0.03, "below")])
def test_a_difference_to_a_control_has_its_side(tmp_path: Path, filled: Filled, more: float, word: str) -> None:
    gain = [0.04 + more, 0.05 + more, 0.045 + more, 0.035 + more, 0.055 + more, 0.03 + more]
    placebo = [a + b for a, b in zip(CE, gain, strict=True)]
    _, found = told(filled(tmp_path, {("sst2", "20", ""): arms_of(GAIN["sst2"], **{"scl-placebo": placebo})}))
    assert f"; {word} its control scl-placebo" in found["scl"].said


def test_a_cell_at_floor_is_left_out_and_named(tmp_path: Path, filled: Filled) -> None:
    low = {"ce": [0.5, 0.51, 0.5, 0.5, 0.51, 0.5], "scl": [0.51, 0.5, 0.5, 0.51, 0.5, 0.5]}
    _, found = told(filled(tmp_path, {("sst2", "20", ""): arms_of(GAIN["sst2"]), ("trec", "20", ""): low}))
    assert found["scl"].tasks == ("sst2",)
    assert "(trec left out: no arm learnt anything there)" in found["scl"].said


def test_a_study_begins_with_its_registered_questions(tmp_path: Path, filled: Filled) -> None:
    """Beside a registered question no other claim is made of the same runs, and none of unfinished ones."""
    cells = {(task, "20", ""): arms_of(gain) for task, gain in GAIN.items()}
    blocks = read_results(filled(tmp_path, cells, suite="study")).blocks
    (part,) = with_registered([contents(block) for block in blocks])
    told = {subject: " ".join(sentences) for subject, sentences, _ in part.answers}
    assert [subject.split(",")[0] for subject in told] == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert all(said.startswith("No answer yet: ") for said in told.values())
    assert not any("points" in said for said in told.values())
    assert part.aside.startswith("Exploratory: ")
