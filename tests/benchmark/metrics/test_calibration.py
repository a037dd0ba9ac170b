"""Reliability bins and the expected calibration error that is computed over the same bins."""

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.metrics.calibration import expected_calibration_error, reliability_bins


def test_bins_by_hand():
    p = np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.1, 0.9]])
    found = reliability_bins(p, [0, 1, 1, 1], bins=2)
    assert [b.n for b in found] == [2, 2]
    assert [b.confidence for b in found] == pytest.approx([0.65, 0.85])
    assert [b.accuracy for b in found] == [0.5, 1.0]
    assert found[0].error == pytest.approx(np.sqrt(0.5 * 0.5 / 2))
    ece = sum(b.n * abs(b.accuracy - b.confidence) for b in found) / 4
    assert ece == expected_calibration_error(p.max(1), p.argmax(1) == [0, 1, 1, 1], bins=2) == pytest.approx((0.15 + 0.15) / 2)


def test_bins_have_equal_mass_and_hold_every_example():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 103)
    found = reliability_bins(p, rng.integers(3, size=103), bins=10)
    assert sum(b.n for b in found) == 103
    assert {b.n for b in found} == {10, 11}
    assert [b.confidence for b in found] == sorted(b.confidence for b in found)


def test_a_calibrated_model_has_a_small_error():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(2), 20_000)
    labels = (rng.random(20_000) < p[:, 1]).astype(int)
    assert expected_calibration_error(p.max(1), p.argmax(1) == labels) < 0.02
    assert expected_calibration_error(p.max(1), p.argmax(1) == 1 - labels) > 0.3


def test_fewer_examples_than_bins():
    assert len(reliability_bins([[0.9, 0.1]], [0])) == 1


def test_mistakes_are_told():
    with pytest.raises(UserError, match="not probabilities"):
        reliability_bins([[2.0, -1.0]], [0])
    with pytest.raises(UserError, match="Labels run from 2"):
        reliability_bins([[0.5, 0.5]], [2])
    with pytest.raises(UserError, match="do not fit"):
        reliability_bins([[0.5, 0.5]], [0, 1])
