"""Long-tailed cells: the plan says what a correction would repeat, and refuses a cell in which it would repeat nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmark.checks.tiny_run import small_split
from benchmark.errors import UserError
from benchmark.planning.correction_preview import repeated_classes, repeats_of
from benchmark.plugins.registry import build

NAMES = ("negative", "positive")


def test_methods_without_a_correction_or_with_it_off_have_none() -> None:
    assert repeats_of(build("ce"), [400, 4]) is None
    assert repeats_of(build("three-phase", {"imbalance": "off"}), [400, 4]) is None


def test_the_plan_names_the_classes_and_how_often_they_are_repeated() -> None:
    split = small_split()
    tail = dataclasses.replace(split, train=split.train.take([*range(9)]))
    assert (
        repeated_classes("three-phase", build("three-phase"), tail, NAMES, "sst2 tail 8")
        == "sst2 tail 8: three-phase would repeat positive (1) x4"
    )


def test_a_cell_in_which_it_is_inert_is_refused() -> None:
    split = small_split()
    assert np.bincount(split.train.labels).tolist() == [8, 8]  # type: ignore[arg-type]
    with pytest.raises(UserError, match="would repeat no class"):
        repeated_classes("three-phase", build("three-phase"), split, NAMES, "sst2 tail 1")
