"""Label noise: the exact number, from every class its share, nested in the level, whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.data.examples import Examples
from benchmark.data.noise.flipped_rows import apportion, flipped_rows
from benchmark.data.noise.label_flip import flip_labels
from benchmark.data.noise.label_flip_next import flip_labels_to_next
from benchmark.streams import Streams

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Examples, int]:
    k = draw(st.integers(2, 6))
    labels = np.array(draw(st.lists(st.integers(0, k - 1), min_size=1, max_size=120)), dtype=np.int64)
    ids = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 2**63, len(labels)).astype(np.uint64)
    return Examples(ids, tuple(map(str, ids)), None, labels), k


@given(labelled(), st.floats(0.001, 1), st.floats(0.001, 1))
@settings(max_examples=100, deadline=None)
def test_exact_stratified_and_nested(given_examples: tuple[Examples, int], a: float, b: float) -> None:
    examples, k = given_examples
    assert examples.labels is not None
    low, high = sorted((a, b))
    few, many = (flipped_rows(examples, level, Streams(0, 0), k) for level in (low, high))
    assert len(few) == round(low * len(examples))
    assert len(many) == round(high * len(examples))
    assert set(few) <= set(many)
    share = len(many) / len(examples)
    for c in range(k):
        assert abs((examples.labels[many] == c).sum() - share * (examples.labels == c).sum()) < 1


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8).filter(any), st.data())
@settings(max_examples=100, deadline=None)
def test_shares_stay_within_one_and_never_fall_as_the_total_grows(sizes: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(sizes) - 1))
    now, then = apportion(np.array(sizes), total), apportion(np.array(sizes), total + 1)
    assert now.sum() == total
    assert (then - now >= 0).all()
    assert (np.abs(then - (total + 1) * np.array(sizes) / sum(sizes)) < 1).all()


def test_largest_remainders_would_not_be_nested() -> None:
    """The textbook case of the Alabama paradox: sizes 6, 6, 2; ten give the smallest class 2, eleven give it 1."""

    def largest_remainders(total: int) -> list[int]:
        exact = np.array([6, 6, 2]) * total / 14
        given_ = np.floor(exact).astype(int)
        given_[np.argsort(-(exact - given_), kind="stable")[: total - given_.sum()]] += 1
        return list(given_)

    assert largest_remainders(10)[2] > largest_remainders(11)[2]
    assert apportion(np.array([6, 6, 2]), 10)[2] <= apportion(np.array([6, 6, 2]), 11)[2]


@pytest.mark.parametrize("flip", [flip_labels, flip_labels_to_next])
def test_an_example_gets_the_same_wrong_label_at_every_level(
    flip: Callable[..., np.ndarray], make: Callable[..., Examples], streams: Streams
) -> None:
    examples = make(101, "train", n_classes=5)
    last = flip(examples, 1.0, streams, 5)
    for level in LEVELS:
        labels = flip(examples, level, streams, 5)
        changed = labels != examples.labels
        assert changed.sum() == round(level * 101)
        assert (labels[changed] == last[changed]).all()


@pytest.mark.parametrize("flip", [flip_labels, flip_labels_to_next])
def test_the_order_of_the_rows_does_not_matter(flip: Callable[..., np.ndarray], make: Callable[..., Examples], streams: Streams) -> None:
    examples = make(60, "train", n_classes=4)
    order = np.random.default_rng(0).permutation(60)
    assert (flip(examples.take(order), 0.3, streams, 4) == flip(examples, 0.3, streams, 4)[order]).all()


def test_both_kinds_flip_the_same_examples(make: Callable[..., Examples], streams: Streams) -> None:
    examples = make(80, "train", n_classes=4)
    uniform, following = flip_labels(examples, 0.25, streams, 4), flip_labels_to_next(examples, 0.25, streams, 4)
    assert ((uniform != examples.labels) == (following != examples.labels)).all()
    assert (uniform != following).any()


def test_next_means_the_next_class(make: Callable[..., Examples], streams: Streams) -> None:
    examples = make(50, "train", n_classes=3)
    assert examples.labels is not None
    assert (flip_labels_to_next(examples, 1.0, streams, 3) == (examples.labels + 1) % 3).all()


def test_wrong_labels_are_uniform_over_the_other_classes(make: Callable[..., Examples], streams: Streams) -> None:
    examples = replace(make(3000, "train"), labels=np.ones(3000, dtype=np.int64))
    counts = np.bincount(flip_labels(examples, 1.0, streams, 4), minlength=4)
    assert counts[1] == 0
    assert (np.abs(counts[[0, 2, 3]] - 1000) < 110).all()  # more than four standard deviations


def test_another_split_seed_flips_others_and_the_training_seed_does_not_matter(make: Callable[..., Examples]) -> None:
    examples = make(100, "train")
    first, training, split = (flip_labels(examples, 0.2, Streams(*seeds), 3) for seeds in ((0, 0), (0, 1), (1, 0)))
    assert (first == training).all()
    assert (first != split).any()
