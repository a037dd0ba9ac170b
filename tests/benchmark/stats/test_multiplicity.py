"""Declared families against statsmodels and scipy, and cells at floor."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from benchmark.errors import UserError
from benchmark.stats.multiplicity import at_floor, family_of, holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def named(p):
    return {str(i): value for i, value in enumerate(p)}


@settings(max_examples=25)
@given(P)
def test_holm_agrees_with_statsmodels(p):
    found = holm(named(p))
    rejected, corrected, *_ = multipletests(p, method="holm")
    assert list(found.adjusted.values()) == pytest.approx(list(corrected))
    assert set(found.rejected) == {str(i) for i, reject in enumerate(rejected) if reject}


def test_a_comparison_without_a_p_keeps_its_place():
    found = holm({"a": 0.02, "b": None})
    assert found.adjusted == {"a": pytest.approx(0.04), "b": None}
    assert found.size == 2


def test_the_declared_size_counts_and_is_printed():
    found = holm({"a": 0.01}, size=10)
    assert found.adjusted["a"] == pytest.approx(0.1)
    assert str(found) == "Holm over 10 comparisons, alpha = 0.05"
    with pytest.raises(UserError, match="family of 1"):
        holm({"a": 0.01, "b": 0.02}, size=1)


def test_at_floor_is_two_standard_errors_over_majority():
    over = at_floor({"ce": [0.59, 0.60], "scl": [0.61, 0.62]}, 0.5, 100)  # standard error .05: threshold .60
    assert not over.at_floor
    assert (over.threshold, over.best_arm) == (pytest.approx(0.6), "scl")
    under = at_floor({"ce": [0.59, 0.60], "scl": [0.58]}, 0.5, 100)
    assert under.at_floor
    assert under.best == pytest.approx(0.595)
    assert family_of({"over": over, "under": under}) == ["over"]


def test_a_cell_without_runs_is_at_floor():
    assert at_floor({"ce": []}, 0.5, 100).at_floor


def test_a_correlation_at_chance_scatters_around_zero():
    """The matrix of naming one class has MCC 0, whose binomial error would be 0: every coin above it would have learnt something."""
    found = at_floor({"coin": [0.03, 0.04]}, 0.0, 1000)
    assert found.at_floor
    assert found.threshold == pytest.approx(2 / 1000**0.5)
    assert not at_floor({"knows": [0.2, 0.3]}, 0.0, 1000).at_floor
