"""The pairs feed: which pairs, how many of each kind, and one list for the whole phase."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.streams import Streams
from methods.batches.pairs import Pairs, PermutedPairs, multiplier

Make = Callable[..., TrainingData]
Row = tuple[str, str, float]


def take(feed: Pairs, data: TrainingData, streams: Streams, batch: int, batches: int) -> list[Row]:
    rows: list[Row] = []
    for b in islice(feed.open(data, batch, "natural", streams), batches):
        assert b.targets is not None
        rows += list(zip(b.views["left"].texts, b.views["right"].texts, b.targets.tolist(), strict=True))
    return rows


def one_pass(feed: Pairs, data: TrainingData, streams: Streams) -> list[Row]:
    return take(feed, data, streams, len(feed.listed(data.train, streams).targets), 1)


@pytest.mark.parametrize("unique", [False, True])
def test_targets_say_whether_both_have_the_same_class(make: Make, streams: Streams, unique: bool) -> None:
    data = make(4, 3, 5)
    label_of = dict(zip(data.train.texts, data.train.labels, strict=True))
    for left, right, target in one_pass(Pairs(4, unique), data, streams):
        assert target == float(label_of[left] == label_of[right])


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("counts", [(6, 6), (9, 2), (4, 4, 4, 4)])
def test_there_are_as_many_positives_as_negatives(make: Make, streams: Streams, counts: tuple[int, ...], unique: bool) -> None:
    targets = Pairs(6, unique).listed(make(*counts).train, streams).targets
    assert len(targets) > 0
    assert targets.sum() == len(targets) / 2


def test_before_the_cut_each_example_stands_on_each_side_once_a_copy(make: Make, streams: Streams) -> None:
    """With one class nothing is cut: what is left are the joined copies."""
    rows = one_pass(Pairs(3), make(5), streams)
    assert set(Counter(left for left, _, _ in rows).values()) == {3}
    assert set(Counter(right for _, right, _ in rows).values()) == {3}


@pytest.mark.parametrize(("classes", "factor"), [(2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (77, 6), (99, 6)])
def test_copies_are_multiplied_by_the_floor_of_log2_of_the_classes(classes: int, factor: int) -> None:
    assert multiplier(classes) == factor == int(math.log(classes, 2))


@pytest.mark.parametrize("classes", [100, 150])
def test_from_100_classes_on_they_are_multiplied_no_further(classes: int) -> None:
    assert multiplier(classes) == 1


def test_every_pass_has_the_same_pairs_in_another_order(make: Make, streams: Streams) -> None:
    feed, data = Pairs(4), make(4, 4)
    n = len(feed.listed(data.train, streams).targets)
    rows = take(feed, data, streams, n, 2)
    assert sorted(rows[:n]) == sorted(rows[n:])
    assert rows[:n] != rows[n:]


def test_equal_streams_give_equal_pairs_and_another_seed_gives_others(make: Make, streams: Streams) -> None:
    data = make(6, 6)
    assert take(Pairs(), data, streams, 4, 5) == take(Pairs(), data, streams, 4, 5)
    assert take(Pairs(), data, streams, 4, 5) != take(Pairs(), data, Streams(0, 4).at("phase"), 4, 5)


def test_it_draws_from_order_and_augment_alone(make: Make, streams: Streams) -> None:
    streams.drawn.clear()
    take(Pairs(), make(2, 2), streams, 2, 2)
    assert streams.drawn == {"order", "augment"}


def test_unique_pairs_are_unordered_different_and_stand_once(make: Make, streams: Streams) -> None:
    rows = one_pass(Pairs(12, unique=True), make(4, 4), streams)
    assert all(left != right for left, right, _ in rows)
    assert len({frozenset((left, right)) for left, right, _ in rows}) == len(rows)


def test_unique_knows_a_repeated_example_by_its_id(streams: Streams) -> None:
    lines = ("a", "b", "c")
    once = Examples(content_ids(lines), lines, labels=np.array([0, 0, 1]))
    pairs = Pairs(12, unique=True).listed(once.take([0, 1, 2, 2, 2]), streams)
    assert not any(
        once.take([0, 1, 2, 2, 2]).texts[a] == once.take([0, 1, 2, 2, 2]).texts[b] for a, b in zip(pairs.left, pairs.right, strict=True)
    )


def test_as_released_an_example_may_meet_itself_and_the_notes_count_it(make: Make, streams: Streams) -> None:
    feed, data = Pairs(12), make(4, 4)
    met = sum(left == right for left, right, _ in one_pass(feed, data, streams))
    assert met > 0
    assert feed.notes(data, streams)["self_pairs"] == met


def test_without_any_positive_all_negatives_are_used_and_the_notes_say_so(make: Make, streams: Streams) -> None:
    feed, data = Pairs(4, unique=True), make(1, 1, 1)
    notes = feed.notes(data, streams)
    assert notes["one_sided"]
    assert notes["positives"] == 0
    assert notes["negatives"] == notes["negatives_found"] == len(one_pass(feed, data, streams)) > 0


def test_two_kinds_of_pairs_are_not_one_sided(make: Make, streams: Streams) -> None:
    notes = Pairs(4).notes(make(5, 5), streams)
    assert not notes["one_sided"]
    assert notes["positives"] == notes["negatives"] == min(notes["positives_found"], notes["negatives_found"])


def test_a_single_example_has_no_unique_pair(make: Make, streams: Streams) -> None:
    with pytest.raises(UserError, match="No pair"):
        Pairs(2, unique=True).listed(make(1).train, streams)


@pytest.mark.parametrize("counts", [(40, 40), (20, 20, 20, 20), (25,) * 8])
def test_the_declared_size_is_close_to_the_real_one_where_classes_are_equal(make: Make, streams: Streams, counts: tuple[int, ...]) -> None:
    data = make(*counts)
    names = tuple(str(i) for i in range(len(counts)))
    declared = Pairs().size(TaskInfo("t", names, False, sum(counts), 1, 0))
    assert len(Pairs().listed(data.train, streams).targets) == pytest.approx(declared, rel=0.15)


def test_a_batch_has_the_declared_rows_even_where_there_are_fewer_pairs(make: Make, streams: Streams) -> None:
    batch = next(Pairs(1, unique=True).open(make(2, 2), 16, "natural", streams))
    assert len(batch.views["left"]) == 16


def test_no_text_comes_from_outside_the_training_examples(make: Make, streams: Streams) -> None:
    data = make(4, 4, unlabelled=20)
    texts = {text for left, right, _ in one_pass(Pairs(), data, streams) for text in (left, right)}
    assert texts <= set(data.train.texts)


def test_pairs_of_text_pairs_keep_both_texts_of_each_example(make: Make, streams: Streams) -> None:
    data = make(3, 3, pair=True)
    batch = next(Pairs().open(data, 4, "natural", streams))
    both = dict(zip(data.train.texts, data.train.second_texts or (), strict=True))
    for side in batch.views.values():
        assert side.second_texts == tuple(both[text] for text in side.texts)


def test_less_than_one_copy_is_refused() -> None:
    with pytest.raises(UserError, match="1 or more"):
        Pairs(0)


def test_permuted_targets_keep_the_pairs_and_the_halves(make: Make, streams: Streams) -> None:
    data = make(10, 10)
    plain, permuted = Pairs(6).listed(data.train, streams), PermutedPairs(6).listed(data.train, streams)
    np.testing.assert_array_equal(plain.left, permuted.left)
    np.testing.assert_array_equal(plain.right, permuted.right)
    assert permuted.targets.sum() == plain.targets.sum() == len(plain.targets) / 2
    assert 0.3 < (permuted.targets == plain.targets).mean() < 0.7
    np.testing.assert_array_equal(permuted.targets, PermutedPairs(6).listed(data.train, streams).targets)
    assert Pairs(6) != PermutedPairs(6)
