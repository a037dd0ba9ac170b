"""Whole tables of a crossed design: which split counts, whose initialisation is whose, and no table where none can be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reports.results.runs import Unit
from reports.variance.crossed_scores import place_of, whole_table


def test_an_initialisation_without_a_seed_of_its_own_follows_the_order() -> None:
    assert place_of(Unit(3, 1)) == (3, 1, 1)
    assert place_of(Unit(3, 1, 0)) == (3, 0, 1)


def test_every_value_stands_at_its_split_initialisation_and_order() -> None:
    values = {(s, i, o): 100.0 * s + 10 * i + o for s, i, o in product((4, 2, 7), (0, 1), (0, 1, 2))}
    table = whole_table(values)
    assert table is not None
    assert table.shape == (3, 2, 3)
    assert table[0].tolist() == [[200.0, 201.0, 202.0], [210.0, 211.0, 212.0]]  # split 2 comes first
    assert table[2, 1, 2] == 712.0


def test_a_split_that_lacks_a_run_is_left_out() -> None:
    values = {place: float(place[0]) for place in product(range(3), range(2), range(2)) if place != (1, 0, 1)}
    table = whole_table(values)
    assert table is not None
    assert np.unique(table).tolist() == [0.0, 2.0]


@pytest.mark.parametrize("sizes", [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 2, 2)])
def test_fewer_than_two_levels_of_a_factor_are_no_table(sizes: tuple[int, int, int]) -> None:
    assert whole_table(dict.fromkeys(product(*map(range, sizes)), 0.5)) is None
