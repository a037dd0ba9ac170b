"""Reliability diagrams."""

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.stats.reliability import reliability


def test_bins_by_hand():
    p = np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.1, 0.9]])
    found = reliability(p, [0, 1, 1, 1], bins=2)
    assert [b.n for b in found.bins] == [2, 2]
    assert [b.confidence for b in found.bins] == pytest.approx([0.65, 0.85])
    assert [b.accuracy for b in found.bins] == [0.5, 1.0]
    assert found.bins[0].error == pytest.approx(np.sqrt(0.5 * 0.5 / 2))
    assert found.ece == pytest.approx((0.15 + 0.15) / 2)


def test_bins_have_equal_mass_and_hold_every_example():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 103)
    found = reliability(p, rng.integers(3, size=103))
    assert sum(b.n for b in found.bins) == 103
    assert {b.n for b in found.bins} == {10, 11}
    assert [b.confidence for b in found.bins] == sorted(b.confidence for b in found.bins)


def test_a_calibrated_model_has_a_small_error():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(2), 20_000)
    labels = (rng.random(20_000) < p[:, 1]).astype(int)
    assert reliability(p, labels).ece < 0.02
    assert reliability(p, 1 - labels).ece > 0.3


def test_fewer_examples_than_bins():
    assert len(reliability([[0.9, 0.1]], [0]).bins) == 1


def test_mistakes_are_told():
    with pytest.raises(UserError, match="not probabilities"):
        reliability([[2.0, -1.0]], [0])
    with pytest.raises(UserError, match="Labels run from 2"):
        reliability([[0.5, 0.5]], [2])
    with pytest.raises(UserError, match="do not fit"):
        reliability([[0.5, 0.5]], [0, 1])
