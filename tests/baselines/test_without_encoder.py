"""Majority and TF-IDF: no encoder, no draws, scores that are log-probabilities."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from baselines.majority import Majority
from baselines.probe import Probe
from baselines.tfidf import TfIdf, WordFeatures
from benchmark.contract.method import Method
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.predictor import Predictor
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from benchmark.training.linear_probe import LinearProbe

BUDGET = Budget(steps=1, batch=1, lr_encoder=1, lr_head=1)


class NoEncoder:
    """A state in which only the predictor may be touched."""

    predictor: Predictor | None = None


class Tally:
    forward = backward = 0


def single(*rows: tuple[str, int]) -> Examples:
    lines = tuple(text for text, _ in rows)
    return Examples(content_ids(lines), lines, labels=np.array([label for _, label in rows], dtype=np.int64))


def pairs(*rows: tuple[str, str, int]) -> Examples:
    firsts, seconds = tuple(r[0] for r in rows), tuple(r[1] for r in rows)
    return Examples(content_ids(firsts, seconds), firsts, seconds, np.array([r[2] for r in rows], dtype=np.int64))


def fitted(method: Method, train: Examples, classes: int = 2) -> Predictor:
    task = TaskInfo("toy", tuple("abcdef"[:classes]), train.second_texts is not None, len(train), 0, 0)
    state: Any = NoEncoder()
    streams = Streams(0, 0)
    (phase,) = method.phases(task)
    phase.fit(
        state, TrainingData(train, train.take([]), train.take([]).without_labels()), Context(task, BUDGET, "natural", streams, Tally())
    )
    assert not streams.drawn
    assert phase.cost(task, BUDGET) == Cost(0, 0)
    assert state.predictor is not None
    return state.predictor


TRAIN = single(("a fine film", 1), ("a fine story", 1), ("a dull film", 0), ("so very dull", 0), ("dull and grim", 0))


@pytest.mark.parametrize("method", [Majority, TfIdf])
def test_they_need_no_encoder_and_draw_nothing(method: type[Method]) -> None:
    assert not method.needs_encoder
    assert method.streams == frozenset()
    assert method.family == "baseline"


def test_majority_gives_the_log_share_of_each_class_to_every_text() -> None:
    scores = fitted(Majority(), TRAIN)(single(("fine", 1), ("anything", 0)))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, np.log([[0.6, 0.4]] * 2), rtol=1e-5)


def test_majority_keeps_a_class_without_examples_finite_and_last() -> None:
    scores = fitted(Majority(), TRAIN, classes=3)(TRAIN)
    assert np.isfinite(scores).all()
    assert scores[0].argmin() == 2


def test_majority_takes_the_first_class_of_a_tie() -> None:
    assert fitted(Majority(), single(("x", 1), ("y", 0)))(TRAIN)[0].argmax() == 0


def test_tfidf_learns_words_and_gives_probabilities() -> None:
    scores = fitted(TfIdf(), TRAIN)(single(("a fine day", 1), ("grim and dull", 0)))
    assert scores.argmax(1).tolist() == [1, 0]
    np.testing.assert_allclose(np.exp(scores).sum(1), 1, rtol=1e-5)


def test_tfidf_puts_scores_in_the_column_of_their_class() -> None:
    scores = fitted(TfIdf(), single(("fine", 3), ("fine day", 3), ("dull", 1), ("dull day", 1)), classes=4)(
        single(("dull", 1), ("fine", 3))
    )
    assert scores.argmax(1).tolist() == [1, 3]
    assert scores[:, [0, 2]].max() < scores[:, [1, 3]].min()


def test_tfidf_reads_word_order_through_word_pairs() -> None:
    train = single(*[("not good but bad", 0), ("not bad but good", 1)] * 10)
    assert fitted(TfIdf(C=100.0), train)(single(("not good but bad", 0), ("not bad but good", 1))).argmax(1).tolist() == [0, 1]


def test_tfidf_sees_how_much_the_texts_of_a_pair_overlap() -> None:
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


def test_labels_of_what_is_scored_are_never_looked_at() -> None:
    predictor = fitted(TfIdf(), TRAIN)
    np.testing.assert_array_equal(predictor(TRAIN), predictor(TRAIN.without_labels()))


@pytest.mark.parametrize("method", [Majority(), TfIdf()])
def test_the_predictor_pickles(method: Method) -> None:
    predictor = fitted(method, TRAIN)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(predictor))(TRAIN), predictor(TRAIN))


def test_nothing_to_score_gives_no_rows() -> None:
    assert fitted(TfIdf(), TRAIN)(TRAIN.take([])).shape == (0, 2)


def test_one_class_or_no_word_is_a_mistake_that_is_named() -> None:
    with pytest.raises(UserError, match="one class"):
        fitted(TfIdf(), single(("fine", 1), ("good", 1)))
    with pytest.raises(UserError, match="no word"):
        fitted(TfIdf(), single(("!!!", 1), ("???", 0)))


def test_the_probe_is_logistic_regression_on_the_untouched_encoder() -> None:
    (phase,) = Probe(C=3.0).phases(TaskInfo("toy", ("a", "b"), False, 4, 0, 0))
    assert phase == LinearProbe(C=3.0)
    assert Probe.streams == frozenset()
