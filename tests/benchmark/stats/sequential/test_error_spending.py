"""Spending functions: their ends, their order, and a name that none has."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

from benchmark.errors import UserError
from benchmark.stats.sequential.error_spending import spent


@pytest.mark.parametrize("spending", ["pocock", "obrien-fleming"])
def test_nothing_is_spent_at_the_start_and_all_at_the_end(spending):
    assert spent(spending, 0.05, 0.0) == 0.0
    assert spent(spending, 0.05, 1.0) == pytest.approx(0.05)
    shares = [spent(spending, 0.05, t / 10) for t in range(11)]
    assert shares == sorted(shares)


def test_the_forms_of_lan_and_demets():
    assert spent("pocock", 0.05, 0.3) == pytest.approx(0.05 * math.log(1 + (math.e - 1) * 0.3))
    assert spent("obrien-fleming", 0.05, 0.3) == pytest.approx(4 - 4 * norm.cdf(norm.isf(0.0125) / 0.3**0.5))


def test_a_name_that_no_spending_function_has_is_refused():
    with pytest.raises(UserError, match="spending function"):
        spent("pocok", 0.05, 0.5)
