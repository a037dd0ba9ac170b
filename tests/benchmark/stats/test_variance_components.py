"""Variance components of a crossed design: mean squares in plain loops, known truth, and what one more run buys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.stats.variance_components import SOURCES, VarianceComponents, _anova, _simulated, next_run, variance_components

TRUTH = np.array([4.0, 1.0, 0.5, 2.0, 0.3, 0.2, 1.5])


def test_mean_squares_by_plain_loops() -> None:
    y = np.random.default_rng(0).normal(size=(4, 3, 2))
    a, b, c = y.shape
    grand = y.mean()
    ms_a = b * c * sum((y[i].mean() - grand) ** 2 for i in range(a)) / (a - 1)
    ms_ab = c * sum((y[i, j].mean() - y[i].mean() - y[:, j].mean() + grand) ** 2 for i in range(a) for j in range(b)) / ((a - 1) * (b - 1))
    ms_ac = b * sum((y[i, :, k].mean() - y[i].mean() - y[:, :, k].mean() + grand) ** 2 for i in range(a) for k in range(c))
    ms_ac /= (a - 1) * (c - 1)
    rest = 0.0
    for i, j, k in itertools.product(range(a), range(b), range(c)):
        fitted = y[i, j].mean() + y[i, :, k].mean() + y[:, j, k].mean() - y[i].mean() - y[:, j].mean() - y[:, :, k].mean() + grand
        rest += (y[i, j, k] - fitted) ** 2
    rest /= (a - 1) * (b - 1) * (c - 1)
    found = dict(zip(SOURCES, _anova(y[None])[0], strict=True))
    assert found["residual"] == pytest.approx(rest)
    assert found["split:init"] == pytest.approx((ms_ab - rest) / c)
    assert found["split"] == pytest.approx((ms_a - ms_ab - ms_ac + rest) / (b * c))


def test_estimates_are_unbiased() -> None:
    drawn = _anova(_simulated(TRUTH, (4000, 8, 4, 4), seed=1))
    error = drawn.std(axis=0) / len(drawn) ** 0.5
    assert np.all(np.abs(drawn.mean(axis=0) - TRUTH) <= 4 * error)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    tables = _simulated(TRUTH, (60, 8, 4, 4), seed=2)
    found = [variance_components(table, resamples=200, seed=i) for i, table in enumerate(tables)]
    for number, source in ((0, "split"), (6, "residual")):
        covered = np.mean([not one.components[source].excludes(TRUTH[number]) for one in found])
        assert covered >= 0.78, source  # a parametric bootstrap of a few levels is a little short of 95 %


def test_nothing_varies() -> None:
    found = variance_components(np.ones((3, 2, 2)))
    assert found.total == 0
    assert set(found.shares.values()) == {0.0}
    assert next_run(found, 5).new_split == 0


def fixed(split: float, rest: float) -> VarianceComponents:
    """Components without the work of an ANOVA: split and residual alone."""
    table = variance_components(np.random.default_rng(0).normal(size=(3, 2, 2)))
    ends = {name: found.times(0.0) for name, found in table.components.items()}
    ends["split"] = ends["residual"] = next(iter(table.components.values()))
    from dataclasses import replace

    values = {"split": split, "residual": rest}
    return VarianceComponents(table.levels, {name: replace(found, value=values.get(name, 0.0)) for name, found in ends.items()})


def test_a_new_split_buys_more_wherever_splits_differ() -> None:
    found = next_run(fixed(3.0, 1.0), 10)
    assert found.now == pytest.approx(0.4)
    assert found.new_split == pytest.approx(4 / 11)
    assert found.new_split < found.new_seed < found.now
    alike = next_run(fixed(0.0, 1.0), 10)
    assert alike.new_split == pytest.approx(alike.new_seed)


def test_an_incomplete_table_is_refused() -> None:
    with pytest.raises(UserError, match="complete table"):
        variance_components(np.ones((3, 2)))
    with pytest.raises(UserError, match="not finite"):
        variance_components(np.full((2, 2, 2), np.nan))
