"""Errors say what was given, what is allowed and what to do."""

from __future__ import annotations

from benchmark.errors import unknown


def test_the_nearest_names_come_first() -> None:
    methods = [*(f"arm-{number:02}" for number in range(50)), "scl", "scl-only"]
    error = unknown("method", "sclx", methods, "See `list methods`.")
    assert error.given == "Unknown method 'sclx'."
    assert error.allowed.startswith("Did you mean 'scl'? Known: scl, scl-only, arm-00, ")
    assert error.allowed.endswith("arm-27 and 22 more.")
    assert error.todo == "See `list methods`."


def test_without_a_near_name_the_list_is_alphabetic() -> None:
    assert unknown("task", "zzz", ["b", "a"]).allowed == "Known: a, b."
    assert unknown("task", "zzz", []).allowed == "Known: none."
