"""The cosine of each term's gradient with that of cross-entropy: a line per term, drawn from the frame alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.figures.gradient_cosines import cosine_lines, gradient_cosines
from reports.results.blocks import Block, read_results

ARMS = {"ce": [0.60, 0.62], "scl": [0.64, 0.66]}


@pytest.fixture
def block(tmp_path: Path, filled: Callable[..., Path]) -> Block:
    (block,) = read_results(filled(tmp_path / "results", {("sst2", "20", ""): ARMS})).blocks
    return block


def measured(block: Block, by_arm: dict[str, list[dict[str, Any]]]) -> Block:
    """The block with these diagnostics, run after run of each arm."""
    left = {arm: iter(some) for arm, some in by_arm.items()}
    column = [json.dumps(next(left[arm]) if arm in left else {}) for arm in block.frame["variant"]]
    return dataclasses.replace(block, frame=block.frame.assign(diagnostics=column))


def phase(*cosines: float | None) -> dict[str, Any]:
    terms = {"ce": {"weight": 0.1, "value": [0.7, 0.5], "norm": [1.0, 0.9]}, "supcon": {"weight": 0.9, "cosine": list(cosines)}}
    return {"fine-tune": {"steps": [20, 60], "terms": terms}}


def test_a_line_per_term_goes_through_the_means_of_the_runs(block: Block) -> None:
    figure = gradient_cosines(measured(block, {"scl": [phase(0.2, -0.4), phase(0.4, None)]}))
    assert figure is not None
    (axes,) = figure.axes
    assert axes.get_title() == "scl"
    (line,) = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    assert line.get_label() == "supcon"
    assert np.asarray(line.get_xydata()).tolist() == [[20.0, pytest.approx(0.3)], [60.0, -0.4]]
    assert "Suite glue-fewshot" in figure.get_supxlabel()
    assert len(axes.lines) == 1 + 2 + 1  # the mean, the runs, and zero


def test_two_phases_of_an_arm_are_two_panels(block: Block) -> None:
    one = phase(0.1, 0.2)["fine-tune"]
    figure = gradient_cosines(measured(block, {"scl": [{"pretrain": one, "fine-tune": one}] * 2}))
    assert figure is not None
    assert [axes.get_title() for axes in figure.axes if axes.get_visible()] == ["scl: pretrain", "scl: fine-tune"]


def test_without_a_cosine_there_is_no_figure(block: Block) -> None:
    assert gradient_cosines(block) is None
    assert gradient_cosines(measured(block, {"scl": [phase(None, None)] * 2})) is None


def test_a_term_that_was_not_measured_at_every_step_has_no_line() -> None:
    assert cosine_lines(phase(0.5)["fine-tune"]) == {}
    assert cosine_lines({"steps": [1]}) == {}
