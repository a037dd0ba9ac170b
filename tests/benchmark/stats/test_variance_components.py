"""Variance components of a crossed design: mean squares in plain loops, known truth, and what one more run buys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.stats.variance_components import SOURCES, VarianceComponents, _anova, _simulated, next_run, variance_components

TRUTH = np.array([4.0, 1.0, 0.5, 2.0, 0.3, 0.2, 1.5])


def mean_squares(y: np.ndarray) -> dict[str, float]:
    """Of a table [a, b, c]: sums of squared deviations by plain loops over its cells, each over its degrees of freedom."""
    a, b, c = y.shape
    sums = dict.fromkeys(SOURCES, 0.0)
    for i, j, k in itertools.product(range(a), range(b), range(c)):
        split, init, order, grand = y[i].mean(), y[:, j].mean(), y[:, :, k].mean(), y.mean()
        both, first, last = y[i, j].mean(), y[i, :, k].mean(), y[:, j, k].mean()
        sums["split"] += (split - grand) ** 2
        sums["init"] += (init - grand) ** 2
        sums["order"] += (order - grand) ** 2
        sums["split:init"] += (both - split - init + grand) ** 2
        sums["split:order"] += (first - split - order + grand) ** 2
        sums["init:order"] += (last - init - order + grand) ** 2
        sums["residual"] += (y[i, j, k] - both - first - last + split + init + order - grand) ** 2
    free = {"split": a - 1, "init": b - 1, "order": c - 1}
    free |= {"split:init": free["split"] * free["init"], "split:order": free["split"] * free["order"]}
    free |= {"init:order": free["init"] * free["order"], "residual": free["split"] * free["init"] * free["order"]}
    return {name: found / free[name] for name, found in sums.items()}


def test_all_seven_estimates_by_plain_loops() -> None:
    """Each component is the difference of mean squares whose expectation is its variance times the runs that share its effect."""
    y = np.random.default_rng(0).normal(size=(4, 3, 2))
    a, b, c = y.shape
    ms = mean_squares(y)
    expected = {
        "split": (ms["split"] - ms["split:init"] - ms["split:order"] + ms["residual"]) / (b * c),
        "init": (ms["init"] - ms["split:init"] - ms["init:order"] + ms["residual"]) / (a * c),
        "order": (ms["order"] - ms["split:order"] - ms["init:order"] + ms["residual"]) / (a * b),
        "split:init": (ms["split:init"] - ms["residual"]) / c,
        "split:order": (ms["split:order"] - ms["residual"]) / b,
        "init:order": (ms["init:order"] - ms["residual"]) / a,
        "residual": ms["residual"],
    }
    assert dict(zip(SOURCES, _anova(y[None])[0], strict=True)) == pytest.approx(expected)


def test_estimates_are_unbiased() -> None:
    drawn = _anova(_simulated(TRUTH, (4000, 8, 4, 3), seed=1))
    error = drawn.std(axis=0) / len(drawn) ** 0.5
    assert np.all(np.abs(drawn.mean(axis=0) - TRUTH) <= 4 * error)


def test_a_higher_level_has_wider_intervals() -> None:
    (table,) = _simulated(TRUTH, (1, 8, 4, 3), seed=3)
    narrow, wide = (variance_components(table, level=level).components for level in (0.5, 0.95))
    for source in SOURCES:
        assert wide[source].high > narrow[source].high, source
        assert wide[source].low <= narrow[source].low, source
        assert (narrow[source].level, wide[source].level) == (0.5, 0.95)


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
