"""The weighted sum: weights multiply, names stay, passes beyond the shared one add up."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn

from benchmark.contract.objective import ModuleFactory, Objective, Term, describe
from benchmark.training.losses.weighted import Weighted

STEP: Any = None


@dataclass(frozen=True)
class Constant(Objective):
    """A term of a given name and size, with a module, a measurement and an alarm."""

    name: str
    size: float
    passes: tuple[float, float] = (1.0, 1.0)

    def modules(self, hidden: int, backbone: nn.Module, task: Any) -> Mapping[str, ModuleFactory]:
        return {f"{self.name}-layer": lambda: nn.Linear(hidden, 1)}

    def terms(self, step: Any) -> dict[str, Term]:
        return {self.name: Term(torch.tensor(self.size), weight=2.0, count=3, skipped=1)}

    def diagnose(self, step: Any) -> dict[str, float]:
        return {f"{self.name}-size": self.size}

    def alarms(self, measured: Mapping[str, list[float]]) -> list[str]:
        return [f"{self.name} rings"]

    def cost(self) -> tuple[float, float]:
        return self.passes


def test_weights_multiply_and_the_rest_of_a_term_stays() -> None:
    terms = Weighted((0.25, Constant("a", 1.0)), (0.5, Constant("b", 5.0))).terms(STEP)
    assert {name: (t.value.item(), t.weight, t.count, t.skipped) for name, t in terms.items()} == {
        "a": (1.0, 0.5, 3, 1),
        "b": (5.0, 1.0, 3, 1),
    }


def test_a_part_of_weight_zero_is_still_evaluated() -> None:
    assert set(Weighted((1, Constant("a", 1.0)), (0, Constant("b", 5.0))).terms(STEP)) == {"a", "b"}


def test_modules_measurements_and_alarms_are_those_of_all_parts() -> None:
    both = Weighted((1, Constant("a", 1.0)), (1, Constant("b", 5.0)))
    assert set(both.modules(4, nn.Identity(), STEP)) == {"a-layer", "b-layer"}
    assert both.diagnose(STEP) == {"a-size": 1.0, "b-size": 5.0}
    assert both.alarms({}) == ["a rings", "b rings"]


def test_the_shared_pass_is_paid_once_and_extra_ones_add_up() -> None:
    cost = Weighted((1, Constant("a", 1.0)), (1, Constant("b", 1.0, (2.0, 3.0))), (1, Constant("c", 1.0, (1.5, 1.5)))).cost()
    assert cost == (2.5, 3.5)


def test_two_terms_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="term name 'a'"):
        Weighted((1, Constant("a", 1.0)), (1, Constant("a", 5.0))).terms(STEP)


def test_it_is_a_value_equal_by_content_and_survives_pickle_and_description() -> None:
    one, same, other = (Weighted((w, Constant("a", 1.0))) for w in (0.5, 0.5, 0.6))
    assert one == same != other
    assert hash(one) == hash(same)
    assert pickle.loads(pickle.dumps(one)) == one
    assert describe(one)["parts"][0][0] == 0.5
    assert describe(one) != describe(other)
