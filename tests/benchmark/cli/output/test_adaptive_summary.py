"""What run says of a search and of looks when it ends."""

from __future__ import annotations

from benchmark.cli.output.adaptive_summary import decided

CHOICE = {"cell": "sst2 N=20", "arm": "scl", "setting": {"weight": 0.5}, "trial": 1, "means": [0.6, 0.65], "why": ""}
LOOKS = {"level": 0.0125, "table": [{"cell": "sst2 N=20", "arm": "scl", "seeds": 5, "pairs": 5, "p": 0.001, "why": "crossed"}]}


def test_a_plain_plan_says_nothing() -> None:
    assert decided({}) == decided({"search": {"trials": 3}}) == []


def test_a_choice_is_told_with_the_default_beside_it() -> None:
    (line,) = decided({"search": {"choices": [CHOICE]}})
    assert line == "tuned: sst2 N=20 scl: draw 2 of 2 (weight = 0.5); development score 0.650, default 0.600"


def test_why_a_choice_is_not_the_best_mean_is_told() -> None:
    (line,) = decided({"search": {"choices": [{**CHOICE, "means": [None, None], "trial": 0, "why": "the default is kept"}]}})
    assert line.endswith("development score none, default none; the default is kept")


def test_a_comparison_is_told_with_the_look_that_ended_it() -> None:
    assert decided({"looks": LOOKS}) == ["decided: sst2 N=20 scl: crossed the level 0.0125 at 5 seeds (5 pairs, p 0.001)"]


def test_a_comparison_that_reached_the_last_look_is_told_as_undecided() -> None:
    row = {**LOOKS["table"][0], "seeds": 50, "pairs": 50, "p": 0.028, "why": "last look"}
    assert decided({"looks": {**LOOKS, "table": [row]}}) == [
        "not decided: sst2 N=20 scl: the last look was at 50 seeds (50 pairs, p 0.028)"
    ]


def test_a_comparison_that_stopped_for_futility_says_so() -> None:
    row = {**LOOKS["table"][0], "seeds": 20, "pairs": 20, "p": 0.8, "level": 0.01, "futility": 0.6, "why": "futile"}  # type: ignore[index]
    assert decided({"looks": {"table": [row]}}) == ["not decided: sst2 N=20 scl: stopped for futility at 20 seeds (20 pairs, p 0.8)"]
