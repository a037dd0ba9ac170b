"""`stratified_order`: every prefix has the pool's shares, and prefixes are nested."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmark.data.splits.stratification import class_ranks, stratified_order

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=80)


def order_of(labels: list[int], *, one_each: bool, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(labels)
    return array, stratified_order(array, np.random.default_rng(seed).random(len(array)), one_each=one_each)


@given(LABELS, st.booleans())
def test_every_row_comes_once(labels: list[int], one_each: bool) -> None:
    _, order = order_of(labels, one_each=one_each)
    assert sorted(order) == list(range(len(labels)))


@given(LABELS)
def test_every_prefix_is_within_one_row_of_a_neighbouring_share(labels: list[int]) -> None:
    """Webster: moving one seat from any class to another brings no pair of classes closer to its shares."""
    array, order = order_of(labels, one_each=False)
    sizes = np.bincount(array)
    for n in range(1, len(array) + 1):
        counts = np.bincount(array[order[:n]], minlength=len(sizes))
        there = sizes > 0
        last = np.max((counts[there] - 0.5) / sizes[there])  # when the latest seat given was due
        following = np.min((counts[there] + 0.5) / sizes[there])  # when the next seat is due
        assert last <= following + 1e-12


@given(LABELS)
def test_k_rows_hold_all_k_classes_when_each_comes_first(labels: list[int]) -> None:
    array, order = order_of(labels, one_each=True)
    classes = len(set(labels))
    assert set(array[order[:classes]]) == set(labels)


def test_two_classes_get_what_largest_remainder_gives() -> None:
    array, order = order_of([0] * 70 + [1] * 30, one_each=True)
    assert np.bincount(array[order[:20]]).tolist() == [14, 6]
    assert np.bincount(array[order[:15]]).tolist() in ([11, 4], [10, 5])  # 10.5 and 4.5: either


def test_ranks_count_from_zero_within_each_class_by_priority() -> None:
    ranks = class_ranks(np.array([1, 0, 1, 1]), np.array([0.9, 0.5, 0.1, 0.4]))
    assert ranks.tolist() == [2, 0, 0, 1]
