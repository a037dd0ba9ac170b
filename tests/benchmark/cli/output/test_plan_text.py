"""What plan prints: cells and arms, what is there, what the rest costs, what the design can find."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.cli.output.plan_text import human, plan_text
from benchmark.planning.cost.estimate import CostEstimate
from benchmark.planning.cost.minimum_detectable_effect import MinimumDetectableEffect

PRICE = CostEstimate(2, 600.0, 60.0, 330.0, 2, 1_500_000_000, 2_500_000, None, 1, 2, ["2 runs from 12 measured runs of the same arm"], 0)


def a_plan(*done: bool, price: CostEstimate = PRICE, detectable: MinimumDetectableEffect | None = None) -> Any:
    cell, arm = SimpleNamespace(label="sst2 N=20"), SimpleNamespace(name="ce", trial=None)
    runs = [SimpleNamespace(key=f"k{i}", cell=cell, arm=arm, done=d, todo=not d) for i, d in enumerate(done)]
    workspace = SimpleNamespace(cache=Path("cache"), cache_limit=10**9)
    told = {
        "title": "profile smoke",
        "runs": runs,
        "price": price,
        "detectable": detectable,
        "detectable_by": lambda family_of: {} if detectable is None else {family_of("scl"): detectable, family_of("rdrop"): detectable},
        "notes": ["a note"],
        "warnings": ["task mine: 2 rows"],
    }
    return SimpleNamespace(**told, workspace=workspace, executor="local", stage="", manifest=SimpleNamespace(design={}))


def test_it_says_what_is_there_and_what_the_rest_costs() -> None:
    text = plan_text(a_plan(True, False, False))
    assert text.startswith("profile smoke\n")
    assert "sst2 N=20 ce 3 1" in " ".join(text.split())
    assert "3 runs planned, 1 already there, 2 to do." in text
    assert "1 phase state is shared by 2 runs and trained once, which saves about 1 min 00 s of training." in text
    assert "Time: about 10 min 00 s of work, 5 min 30 s with 2 workers (local)" in text
    assert "It rests on: 2 runs from 12 measured runs of the same arm." in text
    assert "Memory: up to 1.5 GB for each worker" in text
    assert "Energy: not measured." in text
    assert "records about 2.5 MB; shared states of unknown size, at most 1.0 GB" in text
    assert text.endswith("a note\nWarning: task mine: 2 rows")


def test_an_unknown_time_is_not_a_number() -> None:
    text = plan_text(a_plan(False, price=CostEstimate(1, bytes=4200, unknown=1)))
    assert "Time: unknown until a run" in text
    assert "Memory: not measured." in text


def test_nothing_to_do() -> None:
    assert "nothing to run" in plan_text(a_plan(True, True, price=CostEstimate()))


def test_the_smallest_difference_stands_in_points_where_a_spread_was_measured() -> None:
    known = MinimumDetectableEffect((10, 10), 4, 0.0125, 1.4, (0.021, 0.054), 3, 5)
    text = plan_text(a_plan(False, detectable=known))
    assert "with 10 pairs, power .8 and the level 0.0125 (.05 over 4 comparisons): 2.1 to 5.4 points" in text
    assert "spread of 3 of 4 comparisons from 5 or more measured pairs" in text


def test_and_in_standard_deviations_where_none_was() -> None:
    text = plan_text(a_plan(False, detectable=MinimumDetectableEffect((5, 5), 1, 0.05, 1.682)))
    assert "1.68 standard deviations of the paired differences; in points unknown" in text
    alone = plan_text(a_plan(False, detectable=MinimumDetectableEffect((1, 1), 1, 0.05, None)))
    assert "a paired t-test needs two pairs (with 1 pair, power .8" in alone


def test_each_family_of_tests_that_a_report_corrects_apart_has_its_own_line() -> None:
    text = plan_text(a_plan(False, detectable=MinimumDetectableEffect((10, 10), 4, 0.0125, 1.4, (0.021, 0.054), 3, 5)))
    assert "Smallest difference to find, paper scl, with 10 pairs" in text
    assert "Smallest difference to find, rivals, with 10 pairs" in text


@pytest.mark.parametrize(("size", "said"), [(512, "512 B"), (1500, "1.5 kB"), (3.2e9, "3.2 GB"), (5e12, "5000.0 GB")])
def test_bytes_read_as_people_say_them(size: float, said: str) -> None:
    assert human(size) == said
