"""The line of a study in stages: runs of all stages, and the time left by the costs that were measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

STUDY = """
tasks = ["sst2"]
baseline = "majority"
[[stage]]
name = "1"
arms = ["majority", "tfidf"]
seeds = 2
[[stage]]
name = "2"
arms = ["majority", "tfidf"]
search = 2
seeds = 1
[[stage]]
name = "3"
arms = ["majority", "tfidf"]
seeds = 3
"""


@pytest.fixture
def lines(bench: Callable[..., Any], tmp_path: Path) -> Callable[..., list[str]]:
    (tmp_path / "mine.toml").write_text(STUDY)

    def call(*more: str) -> list[str]:
        done = bench("run", "--suite", "mine.toml", "--profile", "smoke", "--results", "results", "--cache", "cache", *more)
        assert done.code == 0, done.err
        return [line for line in done.out.splitlines() if line.startswith("All ")]

    return call


@pytest.mark.slow
def test_each_stage_says_how_far_the_study_is(lines: Callable[..., list[str]]) -> None:
    said = lines()
    counts = [tuple(map(int, found.groups())) for line in said if (found := re.match(r"All 3 stages: (\d+) of (\d+) runs computed", line))]
    computed, totals = zip(*counts, strict=True)
    assert len(said) == 4  # a stage with a search has two plans
    assert computed[0] == 0
    assert list(computed) == sorted(computed)
    assert all(count < total for count, total in counts)
    assert "time left unknown" in said[0]
    assert re.search(r"about \d+ s left$", said[-1])
    again = lines()
    assert again == [f"All 3 stages: {totals[-1]} of {totals[-1]} runs computed"] * 4


def test_one_stage_alone_has_no_such_line(lines: Callable[..., list[str]]) -> None:
    assert lines("--stage", "1") == []
