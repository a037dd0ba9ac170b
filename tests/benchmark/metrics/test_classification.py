"""Metrics from a confusion matrix are those of scikit-learn, on random and on awkward labellings."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from benchmark.metrics import classification

PEERS: dict[str, tuple[Callable[..., float], Callable[..., Any]]] = {
    "accuracy": (classification.accuracy, metrics.accuracy_score),
    "balanced_accuracy": (classification.balanced_accuracy, metrics.balanced_accuracy_score),
    "macro_precision": (classification.macro_precision, lambda g, p: metrics.precision_score(g, p, average="macro", zero_division=0)),
    "macro_recall": (classification.macro_recall, lambda g, p: metrics.recall_score(g, p, average="macro", zero_division=0)),
    "macro_f1": (classification.macro_f1, lambda g, p: metrics.f1_score(g, p, average="macro", zero_division=0)),
    "mcc": (classification.matthews, metrics.matthews_corrcoef),
}
labellings = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@pytest.mark.parametrize("name", PEERS)
@given(pairs=labellings)
def test_each_metric_is_that_of_scikit_learn(name: str, pairs: list[tuple[int, int]]) -> None:
    ours, theirs = PEERS[name]
    gold, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ours(gold, predicted) == pytest.approx(float(theirs(gold, predicted)), abs=1e-12)


@given(pairs=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
def test_f1_of_two_classes_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    assert classification.binary_f1(gold, predicted) == pytest.approx(metrics.f1_score(gold, predicted, zero_division=0))


def test_f1_of_three_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="macro_f1"):
        classification.binary_f1(np.array([0, 1, 2]), np.array([0, 1, 2]))
