"""`majority` gives every text the class shares of the training labels."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np

from baselines.majority import Majority
from benchmark.contract.predictor import Predictor
from benchmark.data.examples import Examples

Fit, Make = Callable[..., Predictor], Callable[..., Examples]


def test_majority_gives_the_log_share_of_each_class_to_every_text(fitted: Fit, single: Make, train: Examples) -> None:
    scores = fitted(Majority(), train)(single(("fine", 1), ("anything", 0)))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, np.log([[0.6, 0.4]] * 2), rtol=1e-5)


def test_majority_keeps_a_class_without_examples_finite_and_last(fitted: Fit, train: Examples) -> None:
    scores = fitted(Majority(), train, classes=3)(train)
    assert np.isfinite(scores).all()
    assert scores[0].argmin() == 2


def test_majority_takes_the_first_class_of_a_tie(fitted: Fit, single: Make, train: Examples) -> None:
    assert fitted(Majority(), single(("x", 1), ("y", 0)))(train)[0].argmax() == 0


def test_the_predictor_pickles(fitted: Fit, train: Examples) -> None:
    predictor = fitted(Majority(), train)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(predictor))(train), predictor(train))


def test_it_needs_no_encoder_and_draws_nothing() -> None:
    assert not Majority.needs_encoder
    assert (Majority.streams, Majority.family) == (frozenset(), "baseline")
