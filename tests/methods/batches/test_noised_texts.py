"""The denoising feed: which texts, which noise, and that no label is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.synthetic import embedded_data
from benchmark.errors import UserError
from benchmark.streams import Streams
from methods.batches.noised_texts import Denoising, ForeignDenoising, Texts, delete_words

Make = Callable[..., TrainingData]


def take(feed: Denoising, data: TrainingData, streams: Streams, batch: int, batches: int) -> list[tuple[str, str]]:
    """(noised, original) of the first batches, row by row."""
    drawn = islice(feed.open(data, batch, "natural", streams), batches)
    return [row for b in drawn for row in zip(b.views["noised"].texts, b.views["original"].texts, strict=True)]


def test_one_pass_has_each_training_and_unlabelled_text_once(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4)
    originals = [original for _, original in take(Denoising(), data, streams, batch=3, batches=3)]
    assert sorted(originals) == sorted(data.train.texts + data.unlabelled.texts)


def test_its_size_is_all_texts() -> None:
    assert Denoising().size(TaskInfo("t", ("a", "b"), False, n_train=5, n_dev=2, n_unlabelled=4)) == 9


def test_labels_and_development_texts_change_nothing(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4)
    blind = TrainingData(data.train.without_labels(), replace(data.dev, texts=("other",)), data.unlabelled)
    assert take(Denoising(), data, streams, 3, 6) == take(Denoising(), blind, streams, 3, 6)


def test_noise_is_fresh_each_time_a_text_is_drawn(make: Make, streams: Streams) -> None:
    rows = take(Denoising(0.5), make(2, 2), streams, batch=4, batches=6)
    for text in {original for _, original in rows}:
        assert len({noised for noised, original in rows if original == text}) > 1


def test_the_noise_of_a_text_does_not_depend_on_its_batch(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4)
    in_threes, in_nines = take(Denoising(), data, streams, 3, 6), take(Denoising(), data, streams, 9, 2)
    assert sorted(in_threes) == sorted(in_nines)


def test_the_noise_of_a_text_does_not_depend_on_which_other_texts_there_are(make: Make, streams: Streams) -> None:
    fewer, more = make(3, 2), make(3, 2, unlabelled=6)
    first = {original: noised for noised, original in take(Denoising(), fewer, streams, 5, 1)}
    among_more = {original: noised for noised, original in take(Denoising(), more, streams, 11, 1)}
    assert {text: among_more[text] for text in first} == first


def test_equal_streams_give_equal_batches_and_another_seed_gives_others(make: Make, streams: Streams) -> None:
    data = make(4, 4)
    assert take(Denoising(), data, streams, 4, 4) == take(Denoising(), data, streams, 4, 4)
    assert take(Denoising(), data, streams, 4, 4) != take(Denoising(), data, Streams(0, 4).at("phase"), 4, 4)


def test_it_draws_from_order_and_augment_alone(make: Make, streams: Streams) -> None:
    streams.drawn.clear()
    take(Denoising(), make(2, 2), streams, 2, 2)
    assert streams.drawn == {"order", "augment"}


def test_both_texts_of_a_pair_are_noised(make: Make, streams: Streams) -> None:
    batch = next(Denoising(0.6).open(make(4, 4, pair=True), 8, "natural", streams))
    noised, original = batch.views["noised"], batch.views["original"]
    assert noised.second_texts is not None
    assert original.second_texts is not None
    assert all(len(a.split()) <= len(b.split()) for a, b in zip(noised.second_texts, original.second_texts, strict=True))
    assert noised.second_texts != original.second_texts
    assert noised.texts != original.texts


def test_a_batch_may_be_larger_than_a_pass(make: Make, streams: Streams) -> None:
    batch = next(Denoising().open(make(1, 1), 5, "natural", streams))
    assert len(batch.views["original"]) == 5


@given(text=st.text(alphabet="ab \t\n", min_size=0, max_size=40), rate=st.floats(0, 0.99), seed=st.integers(0, 1000))
def test_deletion_keeps_the_order_and_at_least_one_word(text: str, rate: float, seed: int) -> None:
    words, left = text.split(), delete_words(text, rate, np.random.default_rng(seed)).split()
    remaining = iter(words)
    assert all(word in remaining for word in left)  # a subsequence
    assert len(left) >= min(1, len(words))


def test_words_are_deleted_independently_at_the_rate() -> None:
    draw = np.random.default_rng(0)
    text = " ".join(str(i) for i in range(200))
    kept = [set(delete_words(text, 0.6, draw).split()) for _ in range(200)]
    share = np.array([[str(i) in row for i in range(200)] for row in kept])
    assert share.mean() == pytest.approx(0.4, abs=0.01)
    assert abs(np.corrcoef(share[:, 0], share[:, 1])[0, 1]) < 0.25


def test_no_deletion_leaves_the_words_alone() -> None:
    assert delete_words("a b c", 0.0, np.random.default_rng(0)) == "a b c"


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_a_rate_that_is_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(UserError, match="Allowed: 0 to below 1"):
        Denoising(rate)


def foreign(pair: bool = False) -> ForeignDenoising:
    return ForeignDenoising(0.6, "mnli", embedded_data("mnli").hash, pair)


def test_foreign_texts_are_as_many_as_the_cells_and_none_of_them(make: Make, streams: Streams) -> None:
    data, task = make(3, 2, unlabelled=4), TaskInfo("t", ("a", "b"), False, n_train=5, n_dev=2, n_unlabelled=4)
    assert foreign().size(task) == Denoising().size(task)
    originals = [original for _, original in take(foreign(), data, streams, batch=3, batches=3)]
    rows = embedded_data("mnli").train
    assert rows.second_texts is not None
    assert len(set(originals)) == 9
    assert set(originals) <= {*rows.texts, *rows.second_texts}
    assert foreign().notes(data, streams) == {"texts_foreign": 9, "foreign_task": "mnli", "deletion": 0.6}


def test_foreign_texts_depend_on_nothing_in_the_cells_texts(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4)
    other = replace(data, train=replace(data.train, texts=tuple("x" * (1 + i) for i in range(5))))
    assert take(foreign(), data, streams, 3, 4) == take(foreign(), other, streams, 3, 4)


def test_a_pair_task_gets_foreign_pairs(make: Make, streams: Streams) -> None:
    (batch,) = islice(foreign(pair=True).open(make(2, 2, pair=True), 4, "natural", streams), 1)
    rows = embedded_data("mnli").train
    assert rows.second_texts is not None
    original = batch.views["original"]
    assert original.second_texts is not None
    assert set(zip(original.texts, original.second_texts, strict=True)) <= set(zip(rows.texts, rows.second_texts, strict=True))


def test_where_a_cell_has_more_texts_than_the_grammar_they_are_met_again(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4200)
    found = foreign().texts(data, streams)
    assert len(found) == len(set(found.texts)) == foreign().notes(data, streams)["texts_foreign"] < 4205


def test_plain_texts_are_those_of_denoising_without_noise(make: Make, streams: Streams) -> None:
    data = make(3, 2, unlabelled=4)
    batches = list(islice(Texts().open(data, 3, "natural", streams), 3))
    assert sorted(text for b in batches for text in b.views["text"].texts) == sorted(data.train.texts + data.unlabelled.texts)
    assert all(b.labels is None and b.views["text"].labels is None for b in batches)
