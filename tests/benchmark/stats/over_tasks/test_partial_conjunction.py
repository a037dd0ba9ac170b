"""On how many tasks is a method better?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.over_tasks.partial_conjunction import partial_conjunction

P = (0.2, 0.001, 0.03, 0.004)


def test_better_on_at_least_u_by_hand():
    found = partial_conjunction(P)  # sorted: .001 .004 .03 .2
    assert found.p == pytest.approx((4 * 0.001, 3 * 0.004, 2 * 0.03, 0.2))
    assert found.at_least == 2
    assert str(found) == "better on at least 2 of 4 tasks (bonferroni, alpha = 0.05)"


def test_fisher_combines_the_largest():
    found = partial_conjunction(P, method="fisher")
    assert found.p[1] == pytest.approx(stats.combine_pvalues([0.004, 0.03, 0.2], method="fisher").pvalue)
    assert found.at_least == 3


def test_a_task_without_a_test_counts_against():
    assert partial_conjunction([0.001, None]).p == pytest.approx((0.002, 1.0))
    assert partial_conjunction([]).at_least == 0
    assert partial_conjunction([0.0, 0.0], method="fisher").at_least == 2
    with pytest.raises(UserError, match="combination 'stouffer'"):
        partial_conjunction(P, method="stouffer")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from(["bonferroni", "fisher"]))
def test_p_never_falls_with_u_and_order_does_not_matter(p, method):
    found = partial_conjunction(p, method=method)
    assert list(found.p) == sorted(found.p)
    assert found == partial_conjunction(p[::-1], method=method)
