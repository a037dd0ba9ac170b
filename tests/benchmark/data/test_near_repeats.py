"""Near repeats between parts, held against plain loops over words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.data.examples import Examples, content_ids
from benchmark.data.near_repeats import NearRepeats, folded, near_repeats

words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12).map(" ".join)


def part(*texts: str, seconds: tuple[str, ...] | None = None) -> Examples:
    return Examples(content_ids(texts, seconds), texts, seconds, np.zeros(len(texts), dtype=np.int64))


def stands_inside(text: str, whole: str) -> bool:
    mine, theirs = text.split(), whole.split()
    return any(theirs[start : start + len(mine)] == mine for start in range(len(theirs)))


@given(st.lists(words, max_size=6), st.lists(words, max_size=6))
def test_the_counts_are_those_of_plain_loops(texts: list[str], train: list[str]) -> None:
    long_enough = [text for text in texts if len(text.split()) >= 3]
    expected = NearRepeats(
        sum(text in train for text in texts),
        sum(any(stands_inside(text, whole) for whole in train) for text in long_enough),
        len(long_enough),
    )
    assert near_repeats(part(*texts), part(*train)) == expected


FOLDED = [(" A  good\tFilm! ", "a good film"), ("don't", "don t"), ("...", "..."), ("?!", "?!"), ("Straße", "strasse")]


@pytest.mark.parametrize(("text", "found"), FOLDED)
def test_case_blanks_and_punctuation_are_folded(text: str, found: str) -> None:
    assert folded(text) == found


def test_a_text_equal_but_for_its_case_is_found() -> None:
    assert near_repeats(part("A good film."), part("a good  film", "another")) == NearRepeats(1, 1, 1)


def test_a_word_that_only_begins_alike_is_none() -> None:
    assert near_repeats(part("a good film"), part("a good filmic one", "not a good fil m")).inside == 0


def test_pairs_are_compared_as_wholes() -> None:
    mine, theirs = part("A", "b", seconds=("x.", "y")), part("a", "b", seconds=("X", "z"))
    assert near_repeats(mine, theirs) == NearRepeats(1, 0, 0)
