"""Boundaries against published values, against a simulation in plain loops, and their order in alpha."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from benchmark.errors import UserError
from benchmark.stats.sequential.boundaries import efficacy_levels, futility_levels, sequential_p

LOOKS = (0.1, 0.2, 0.4, 1.0)
FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


def z_of(levels):
    return [float(norm.isf(level / 2)) for level in levels]


@pytest.mark.parametrize(
    ("spending", "published"),
    [
        # Reboussin, DeMets, Kim and Lan (2000), Controlled Clinical Trials 21: 190-207, five equally spaced looks, two-sided .05,
        # as the program ld98 (R package ldbounds) prints them.
        ("obrien-fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_efficacy_boundaries_are_the_published_ones(spending, published):
    assert z_of(efficacy_levels(0.05, FIFTHS, spending)) == pytest.approx(published, abs=2e-4)


def test_one_look_is_the_plain_test():
    for spending in ("pocock", "obrien-fleming"):
        assert efficacy_levels(0.05, (1.0,), spending) == pytest.approx((0.05,))
    alone = futility_levels(0.05, (1.0,), "pocock", "pocock", 0.8)
    assert alone.levels == pytest.approx((0.05,))
    # Fixed design, level .05, power .8: z(.975) + z(.8), with the far side left out.
    assert alone.drift == pytest.approx(norm.isf(0.025) + norm.isf(0.2), abs=1e-4)


def walks(drift, repeats=40_000):
    """z of each look [repeats, looks] of Brownian motion with a drift."""
    steps = np.diff((0.0, *LOOKS))
    noise = np.random.default_rng(3).standard_normal((repeats, len(LOOKS)))
    return np.cumsum(noise * np.sqrt(steps) + drift * steps, axis=1) / np.sqrt(LOOKS)


def ended(z, upper, lower):
    """(share that crossed, share that ended as futile before the last look), one walk after the other."""
    crossed = futile = 0
    for walk in np.abs(z):
        for k, value in enumerate(walk):
            if value >= upper[k]:
                crossed += 1
                break
            if k < len(upper) - 1 and value <= lower[k]:
                futile += 1
                break
    return crossed / len(z), futile / len(z)


@pytest.mark.parametrize("spending", ["pocock", "obrien-fleming"])
def test_a_true_null_crosses_as_often_as_alpha_says_when_futility_is_overruled(spending):
    upper = z_of(efficacy_levels(0.05, LOOKS, spending))
    assert ended(walks(0.0), upper, [-1.0] * 4)[0] == pytest.approx(0.05, abs=0.0035)


@pytest.mark.parametrize("spending", ["pocock", "obrien-fleming"])
def test_the_planned_effect_is_found_with_the_planned_power_though_futility_is_obeyed(spending):
    upper = z_of(efficacy_levels(0.01, LOOKS, spending))
    found = futility_levels(0.01, LOOKS, spending, "pocock", 0.8)
    crossed, futile = ended(walks(found.drift), upper, z_of(found.levels))
    assert crossed == pytest.approx(0.8, abs=0.007)
    assert futile == pytest.approx(0.2 * np.log(1 + (np.e - 1) * 0.4), abs=0.006)
    assert ended(walks(0.0), upper, z_of(found.levels))[1] > 0.4


@settings(deadline=None, max_examples=30)
@given(
    alpha=st.floats(1e-6, 0.4), factor=st.floats(1.01, 2.0), spending=st.sampled_from(["pocock", "obrien-fleming"]), look=st.integers(0, 3)
)
def test_levels_rise_with_alpha_so_that_a_larger_share_never_takes_a_finding_back(alpha, factor, spending, look):
    assert efficacy_levels(alpha, LOOKS, spending)[look] <= efficacy_levels(alpha * factor, LOOKS, spending)[look]


@settings(deadline=None, max_examples=30)
@given(alpha=st.floats(1e-5, 0.5), look=st.integers(0, 3))
def test_the_sequential_p_undoes_the_level(alpha, look):
    assert sequential_p(efficacy_levels(alpha, LOOKS, "pocock")[look], look, LOOKS, "pocock") == pytest.approx(alpha, rel=1e-5)


def test_the_sequential_p_at_its_ends():
    assert sequential_p(1.0, 0, LOOKS, "pocock") == 1.0
    assert sequential_p(0.0, 2, LOOKS, "pocock") == 0.0
    assert sequential_p(0.03, 0, (1.0,), "pocock") == pytest.approx(0.03)


@pytest.mark.parametrize(("alpha", "fractions"), [(0.05, (0.5, 0.4, 1.0)), (0.05, (0.5, 0.9)), (0.0, (1.0,)), (0.05, ())])
def test_looks_that_cannot_be_are_refused(alpha, fractions):
    with pytest.raises(UserError, match="fractions"):
        efficacy_levels(alpha, fractions, "pocock")
