"""AUROC against scikit-learn, and the threshold protocol against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from benchmark.metrics.out_of_scope import Confidence, auroc, best_threshold, out_of_scope_measures

values = st.lists(st.integers(0, 6).map(lambda i: i / 8), min_size=1, max_size=12)
texts = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["right", "wrong", "outside"])), min_size=1, max_size=14)


@given(values, values)
def test_auroc_is_that_of_scikit_learn(inside: list[float], outside: list[float]) -> None:
    expected = roc_auc_score([1] * len(inside) + [0] * len(outside), inside + outside)
    assert auroc(np.array(inside), np.array(outside)) == pytest.approx(expected)


def test_auroc_of_one_side_alone_is_no_number() -> None:
    assert math.isnan(auroc(np.array([0.5]), np.array([])))


def confidence(drawn: list[tuple[int, str]]) -> Confidence:
    right, outside = (np.array([kind == which for _, kind in drawn]) for which in ("right", "outside"))
    return Confidence(np.array([i / 8 for i, _ in drawn]), right, outside)


def decided_right(drawn: list[tuple[int, str]], threshold: float) -> int:
    return sum(kind == "right" if i / 8 >= threshold else kind == "outside" for i, kind in drawn)


@given(texts)
def test_the_threshold_decides_best_and_is_the_lowest_that_does(drawn: list[tuple[int, str]]) -> None:
    threshold = best_threshold(confidence(drawn))
    candidates = [0.0, *(i / 8 for i, _ in drawn), 2.0]
    best = max(decided_right(drawn, one) for one in candidates)
    assert decided_right(drawn, threshold) == best
    assert all(decided_right(drawn, one) < best for one in candidates if one < threshold)


def test_the_measures_after_the_threshold() -> None:
    drawn = [(6, "right"), (2, "right"), (6, "wrong"), (1, "outside"), (5, "outside")]
    found = out_of_scope_measures(confidence(drawn), 0.5)
    assert found.pop("auroc") == pytest.approx(5 / 6)
    assert found.pop("in_scope_accuracy") == pytest.approx(1 / 3)
    assert found == {"out_of_scope_recall": 0.5, "accuracy": 0.4, "threshold": 0.5}


def test_confidence_is_the_probability_of_the_predicted_class() -> None:
    found = Confidence.of(np.array([[0.0, math.log(3)], [0.0, 0.0]], dtype=np.float32), np.array([1, -1]))
    assert found.highest.tolist() == pytest.approx([0.75, 0.5])
    assert (found.right.tolist(), found.outside.tolist()) == ([True, False], [False, True])
