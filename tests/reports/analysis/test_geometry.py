"""Silhouette, alignment and uniformity: against nested loops, and at the ends of their ranges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from reports.analysis.geometry import geometry, scaled

RNG = np.random.default_rng(0)
VECTORS, LABELS = RNG.normal(size=(12, 4)), np.array([0, 1, 2] * 4)


def test_alignment_and_uniformity_by_nested_loops() -> None:
    unit = [v / math.sqrt(sum(x * x for x in v)) for v in VECTORS]
    same, spread = [], []
    for i in range(12):
        for j in range(i + 1, 12):
            squared = sum((a - b) ** 2 for a, b in zip(unit[i], unit[j], strict=True))
            spread.append(math.exp(-2 * squared))
            if LABELS[i] == LABELS[j]:
                same.append(squared)
    found = geometry(VECTORS, LABELS)
    assert found.alignment == pytest.approx(sum(same) / len(same))
    assert found.uniformity == pytest.approx(math.log(sum(spread) / len(spread)))


def test_silhouette_is_that_of_scikit_learn_on_unit_vectors() -> None:
    assert geometry(VECTORS, LABELS).silhouette == pytest.approx(silhouette_score(scaled(VECTORS), LABELS))


def test_classes_in_two_points_are_perfectly_aligned_and_apart() -> None:
    vectors = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 3.0]])
    found = geometry(vectors, np.array([0, 0, 1, 1]))
    assert (found.silhouette, found.alignment) == (pytest.approx(1.0), pytest.approx(0.0))


def test_one_point_for_all_has_uniformity_zero() -> None:
    assert geometry(np.ones((5, 3)), np.array([0, 1, 0, 1, 0])).uniformity == pytest.approx(0.0)


def test_one_class_has_no_silhouette_and_one_of_each_no_alignment() -> None:
    assert geometry(VECTORS, np.zeros(12, dtype=int)).silhouette is None
    alone = geometry(VECTORS[:3], np.array([0, 1, 2]))
    assert alone.silhouette is alone.alignment is None


def test_length_does_not_matter() -> None:
    assert geometry(VECTORS, LABELS).alignment == pytest.approx(geometry(VECTORS * 7.0, LABELS).alignment)


def test_a_single_vector_is_an_error() -> None:
    with pytest.raises(ValueError, match="two are needed"):
        geometry(VECTORS[:1], LABELS[:1])
