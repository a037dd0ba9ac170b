"""From training constants and a number of examples to the steps of a cell."""

from __future__ import annotations

import pytest

from benchmark.config.encoder import Constants, budget_for
from benchmark.errors import UserError

CONSTANTS = Constants(batch=16, lr_encoder=1e-4, lr_head=1e-3, steps={"20": 60, "100": 100, "1000": 300, "all": "3 epochs"})


@pytest.mark.parametrize(("n_train", "steps"), [(1, 60), (20, 60), (21, 100), (100, 100), (1000, 300), (1001, 3 * 63), (67349, 3 * 4210)])
def test_the_smallest_listed_number_that_is_large_enough_decides(n_train: int, steps: int) -> None:
    assert budget_for(CONSTANTS, n_train).steps == steps


def test_a_profile_may_bring_its_own_table() -> None:
    assert budget_for(CONSTANTS, 20, steps={"all": 7}).steps == 7


def test_the_other_constants_are_passed_on() -> None:
    budget = budget_for(CONSTANTS, 20, selection="best-dev")
    assert (budget.batch, budget.lr_encoder, budget.lr_head, budget.selection) == (16, 1e-4, 1e-3, "best-dev")


def test_no_examples_is_a_user_error() -> None:
    with pytest.raises(UserError):
        budget_for(CONSTANTS, 0)
