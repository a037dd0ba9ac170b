"""Ranks over tasks, Friedman's test and Nemenyi's critical difference."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from benchmark.errors import UserError
from benchmark.stats.over_tasks.ranks import ranks

SCORES = {"ce": [0.70, 0.60, 0.80, 0.55, 0.61], "scl": [0.72, 0.66, 0.80, 0.60, 0.65], "cat": [0.60, 0.50, 0.70, 0.50, 0.50]}


def test_ranks_with_ties_and_friedman():
    found = ranks(SCORES)
    assert found.mean_rank == pytest.approx({"scl": 1.1, "ce": 1.9, "cat": 3.0})
    assert list(found.mean_rank) == ["scl", "ce", "cat"]
    expected = stats.friedmanchisquare(*SCORES.values())
    assert (found.friedman_statistic, found.friedman_p) == pytest.approx((expected.statistic, expected.pvalue))


def test_critical_difference_is_nemenyis():
    # Demsar 2006, table 5: q = 2.343 for three and 2.569 for four classifiers at 5 %
    assert ranks(SCORES).critical_difference == pytest.approx(2.343 * math.sqrt(3 * 4 / (6 * 5)), abs=1e-3)
    four = ranks({str(i): [float(i)] * 14 for i in range(4)})
    assert four.critical_difference == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 14)), abs=1e-3)


def test_groups_are_those_not_told_apart():
    assert ranks(SCORES).groups == (("scl", "ce"), ("ce", "cat"))
    apart = ranks({name: [base + 0.0] * 40 for name, base in {"a": 3, "b": 2, "c": 1}.items()})
    assert apart.groups == ()
    assert ranks({"a": [1.0, 1.0], "b": [1.0, 1.0], "c": [1.0, 1.0]}).friedman_p is None
    assert ranks({"a": [1.0, 2.0]}).groups == ()


def test_ranks_need_the_same_tasks():
    with pytest.raises(UserError, match="different numbers of tasks"):
        ranks({"a": [1.0, 2.0], "b": [1.0]})
