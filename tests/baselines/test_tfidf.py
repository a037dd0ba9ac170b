"""`tfidf` learns words, word pairs and overlap, and gives log-probabilities."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest

from baselines.tfidf import TfIdf, WordFeatures
from benchmark.contract.predictor import Predictor
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError

Fit, Make = Callable[..., Predictor], Callable[..., Examples]


def pairs(*rows: tuple[str, str, int]) -> Examples:
    firsts, seconds = tuple(r[0] for r in rows), tuple(r[1] for r in rows)
    return Examples(content_ids(firsts, seconds), firsts, seconds, np.array([r[2] for r in rows], dtype=np.int64))


def test_tfidf_learns_words_and_gives_probabilities(fitted: Fit, single: Make, train: Examples) -> None:
    scores = fitted(TfIdf(), train)(single(("a fine day", 1), ("grim and dull", 0)))
    assert scores.argmax(1).tolist() == [1, 0]
    np.testing.assert_allclose(np.exp(scores).sum(1), 1, rtol=1e-5)


def test_tfidf_puts_scores_in_the_column_of_their_class(fitted: Fit, single: Make) -> None:
    scores = fitted(TfIdf(), single(("fine", 3), ("fine day", 3), ("dull", 1), ("dull day", 1)), classes=4)(
        single(("dull", 1), ("fine", 3))
    )
    assert scores.argmax(1).tolist() == [1, 3]
    assert scores[:, [0, 2]].max() < scores[:, [1, 3]].min()


def test_tfidf_reads_word_order_through_word_pairs(fitted: Fit, single: Make) -> None:
    train = single(*[("not good but bad", 0), ("not bad but good", 1)] * 10)
    assert fitted(TfIdf(C=100.0), train)(single(("not good but bad", 0), ("not bad but good", 1))).argmax(1).tolist() == [0, 1]


def test_tfidf_sees_how_much_the_texts_of_a_pair_overlap(fitted: Fit) -> None:
    """Every word is in both classes equally; only the overlap tells them apart."""
    same = [(f"{w} thing", f"{w} thing", 1) for w in ("red", "blue", "green", "black")]
    other = [(f"{w} thing", f"{v} item", 0) for w, v in (("red", "blue"), ("blue", "green"), ("green", "black"), ("black", "red"))]
    scores = fitted(TfIdf(C=10.0), pairs(*same, *other))(pairs(("pink shoe", "pink shoe", 1), ("pink shoe", "grey hat", 0)))
    assert scores[0, 1] > scores[1, 1]


def test_overlap_numbers_of_one_pair() -> None:
    features = WordFeatures(pairs(("a b c", "c d", 0)))
    np.testing.assert_allclose(features._overlap(pairs(("a b c", "c d", 0))), [[1 / 4, 1 / 3, 1 / 2, np.log(4 / 3)]])


def test_the_empty_text_of_a_pair_does_not_divide_by_zero() -> None:
    features = WordFeatures(pairs(("a b c", "c d", 0)))
    assert np.isfinite(features._overlap(pairs(("", "", 0)))).all()


def test_labels_of_what_is_scored_are_never_looked_at(fitted: Fit, train: Examples) -> None:
    predictor = fitted(TfIdf(), train)
    np.testing.assert_array_equal(predictor(train), predictor(train.without_labels()))


def test_nothing_to_score_gives_no_rows(fitted: Fit, train: Examples) -> None:
    assert fitted(TfIdf(), train)(train.take([])).shape == (0, 2)


def test_one_class_or_no_word_is_a_mistake_that_is_named(fitted: Fit, single: Make) -> None:
    with pytest.raises(UserError, match="one class"):
        fitted(TfIdf(), single(("fine", 1), ("good", 1)))
    with pytest.raises(UserError, match="no word"):
        fitted(TfIdf(), single(("!!!", 1), ("???", 0)))


def test_the_predictor_pickles(fitted: Fit, train: Examples) -> None:
    predictor = fitted(TfIdf(), train)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(predictor))(train), predictor(train))


def test_it_needs_no_encoder_and_draws_nothing() -> None:
    assert not TfIdf.needs_encoder
    assert (TfIdf.streams, TfIdf.family) == (frozenset(), "baseline")
