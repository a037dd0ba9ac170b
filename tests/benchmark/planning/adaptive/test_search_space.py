"""The draws of a search: the default first, different from each other, the same every time, inside the declared space."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from benchmark.config.suite import Arm
from benchmark.contract.method import Method, bounded, searchable
from benchmark.planning.adaptive.search_space import Axis, axes_of, draws, space
from benchmark.plugins.registry import build

SCL, TFIDF = Arm(name="scl", method="scl"), Arm(name="tfidf", method="tfidf")


def test_the_default_is_drawn_first() -> None:
    assert draws(SCL, 5)[0] == {}


def test_the_draws_are_different_settings() -> None:
    settings = [build("scl", setting).params() for setting in draws(SCL, 12)]
    assert len(settings) == 12
    assert all(settings.count(one) == 1 for one in settings)


def test_they_are_the_same_every_time_and_a_longer_search_begins_with_a_shorter_one() -> None:
    assert draws(TFIDF, 9) == draws(TFIDF, 30)[:9]


def test_they_spread_over_the_whole_range_on_a_log_scale() -> None:
    values = [setting["C"] for setting in draws(TFIDF, 33)[1:]]
    assert all(1e-3 <= value <= 1e3 for value in values)
    assert 12 <= sum(value < 1 for value in values) <= 20


def test_a_space_that_holds_fewer_settings_is_tried_whole() -> None:
    smoothing = Arm(name="smooth", method="ce-smoothing")
    found = {build("ce-smoothing", setting).params()["smoothing"] for setting in draws(smoothing, 50)}
    assert found == {0.05, 0.1, 0.2}


def test_what_suite_or_user_fix_is_held() -> None:
    held = Arm(name="warm", method="scl", params={"temperature": 0.7})
    assert [axis.name for axis in axes_of(held)] == ["weight"]
    assert not any("temperature" in setting for setting in draws(held, 5))


@pytest.mark.parametrize("name", ["ce", "ce-null", "majority"])
def test_an_arm_without_searchable_parameters_has_no_draws(name: str) -> None:
    assert draws(Arm(name=name, method=name), 10) == []


def test_the_space_is_what_is_declared_searchable() -> None:
    @dataclass(frozen=True)
    class Some(Method):
        rate: float = searchable(0.1, low=0.01, high=1.0, log=True)
        copies: int = searchable(3, low=1, high=5)
        kind: str = searchable("a", choices=("a", "b"))
        reduction: str = bounded("mean", among=("mean", "sum"))
        plain: int = 3

        def phases(self, task):  # type: ignore[no-untyped-def]
            return []

    found = space(Some, {})
    assert [axis.name for axis in found] == ["rate", "copies", "kind"]
    assert [found[0].at(0.0), found[0].at(0.5)] == pytest.approx([0.01, 0.1])
    assert [found[1].at(place) for place in (0.0, 0.99)] == [1, 5]


def test_every_choice_has_an_equal_part_of_the_axis() -> None:
    axis = Axis("kind", ("a", "b", "c", "d"))
    assert [axis.at(place) for place in (0.0, 0.24, 0.25, 0.5, 0.75, 0.999)] == ["a", "a", "b", "c", "d", "d"]
