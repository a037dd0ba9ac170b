"""Hyper-parameters given by hand: converted to the field's type, checked against its bounds, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from benchmark.contract.method import Method, bounded, searchable
from benchmark.contract.parameters import construct
from benchmark.contract.phase import Phase
from benchmark.contract.task_info import TaskInfo
from benchmark.errors import UserError


@dataclass(frozen=True)
class Parent(Method):
    weight: float = searchable(0.9, choices=(0.1, 0.9), low=0, high=1)

    def phases(self, task: TaskInfo) -> list[Phase]:
        return []


@dataclass(frozen=True)
class Sample(Parent):
    epochs: int = bounded(1, low=1)
    rule: str = bounded("a", among=("a", "b"))
    norm: Literal["l2", "sign"] = "l2"
    frozen: bool = False
    cap: float | None = bounded(None, low=0)
    widths: tuple[int, ...] = bounded((), low=1)
    either: int | str = 3
    scale: float = 1  # a whole default in a float field


def sample(**params: Any) -> Any:
    return construct(Sample, "sample", params)


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("weight", "0.25", 0.25),
        ("weight", 1, 1.0),
        ("epochs", "3", 3),
        ("epochs", 3.0, 3),
        ("frozen", "true", True),
        ("frozen", "off", False),
        ("norm", "sign", "sign"),
        ("cap", "none", None),
        ("cap", "2", 2.0),
        ("widths", "8, 16", (8, 16)),
        ("widths", [8], (8,)),
        ("either", "5", 5),
        ("either", "many", "many"),
    ],
)
def test_values_are_converted(name: str, given: Any, wanted: Any) -> None:
    value = getattr(sample(**{name: given}), name)
    assert (value, type(value)) == (wanted, type(wanted))


def test_defaults_are_converted_too() -> None:
    assert type(sample().scale) is float


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("weight", "much"),
        ("weight", True),
        ("weight", float("nan")),
        ("weight", "inf"),
        ("weight", 1.5),
        ("weight", -0.1),
        ("weight", None),
        ("epochs", 2.5),
        ("epochs", 0),
        ("rule", "c"),
        ("norm", "l3"),
        ("frozen", "maybe"),
        ("cap", -1),
        ("widths", "8,0"),
        ("widths", "x"),
    ],
)
def test_a_wrong_type_or_range_is_a_user_error_that_names_the_parameter(name: str, given: Any) -> None:
    with pytest.raises(UserError, match=rf"sample\.{name} = ") as error:
        sample(**{name: given})
    assert error.value.allowed


def test_a_value_outside_the_search_space_is_allowed() -> None:
    assert sample(weight=0.33).weight == 0.33


def test_an_unknown_parameter_suggests_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'weight'"):
        sample(wieght=1)
