"""Samplers: every row once a pass, no short batch, and P classes with K rows each."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.config.shorthand import parse_pk
from benchmark.errors import UserError
from benchmark.streams import Streams
from benchmark.training.sampling import batches, reshuffled

STREAMS = Streams(0, 0)


@given(st.integers(1, 40), st.integers(1, 16))
def test_natural_gives_full_batches_without_repeats_and_every_row_equally_often(n: int, batch: int) -> None:
    size = min(batch, n)
    taken = list(itertools.islice(batches(np.zeros(n, dtype=np.int64), batch, "natural", STREAMS), 50))
    assert all(len(np.unique(rows)) == size for rows in taken)
    counts = np.bincount(np.concatenate(taken), minlength=n)
    assert counts.max() - counts.min() <= 2


def test_natural_goes_through_every_row_before_any_comes_again() -> None:
    first_pass = np.concatenate(list(itertools.islice(batches(np.zeros(24, dtype=np.int64), 8, "natural", STREAMS), 3)))
    assert sorted(first_pass) == list(range(24))


def test_a_batch_larger_than_a_pass_repeats_rows_and_ends() -> None:
    rows = next(reshuffled(3, 8, STREAMS))
    assert sorted(np.bincount(rows).tolist()) == [2, 3, 3]


def test_pk_gives_p_classes_with_k_rows_each() -> None:
    labels = np.repeat(np.arange(10), 5)
    for rows in itertools.islice(batches(labels, 16, "pk:4,3", STREAMS), 20):
        classes, counts = np.unique(labels[rows], return_counts=True)
        assert len(classes) == 4
        assert counts.tolist() == [3, 3, 3, 3]


def test_pk_repeats_the_rows_of_a_class_that_has_fewer() -> None:
    labels = np.array([0, 1, 1, 1])
    rows = next(batches(labels, 16, "pk:2,2", STREAMS))
    assert np.count_nonzero(rows == 0) == 2


def test_pk_visits_every_class_equally_often() -> None:
    labels = np.repeat(np.arange(6), 4)
    rows = np.concatenate(list(itertools.islice(batches(labels, 16, "pk:2,2", STREAMS), 30)))
    assert len(set(np.unique(labels[rows], return_counts=True)[1].tolist())) == 1


@pytest.mark.parametrize("text", ["pk", "pk:3", "pk:1,2", "pk:a,b", "balanced"])
def test_a_malformed_sampler_is_a_user_error(text: str) -> None:
    with pytest.raises(UserError, match="pk:P,K"):
        parse_pk(text)
