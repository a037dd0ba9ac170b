"""SetFit's pair feed: equal shares of both targets, every pair used evenly, sizes known beforehand."""

from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement, islice
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from baselines.rivals.sampled_pairs import SampledPairs
from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.streams import Streams

STREAMS = Streams(0, 0).at("pairs")


def examples(labels: list[int]) -> Examples:
    lines = tuple(f"text {i}" for i in range(len(labels)))
    return Examples(content_ids(lines), lines, labels=np.array(labels, dtype=np.int64))


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=12), iterations=st.integers(1, 5))
def test_each_target_has_its_share_and_its_pairs_are_used_evenly(labels: list[int], iterations: int) -> None:
    """The list by plain loops: all pairs i <= j, split by whether the classes are equal, each repeated to R n."""
    left, right, same = SampledPairs(iterations).listed(examples(labels), STREAMS)
    every = list(combinations_with_replacement(range(len(labels)), 2))
    positive = {(i, j) for i, j in every if labels[i] == labels[j]}
    negative = set(every) - positive
    uses = Counter(zip(left.tolist(), right.tolist(), strict=True))
    assert sum(uses.values()) == 2 * iterations * len(labels)
    for pairs, target in ((positive, True), (negative, False)):
        counts = [uses[pair] for pair in pairs]
        if negative:
            assert sum(counts) == iterations * len(labels)
            assert max(counts) - min(counts) <= 1
        assert all(bool(t) == target for i, j, t in zip(left.tolist(), right.tolist(), same, strict=True) if (i, j) in pairs)


def test_targets_take_turns_and_one_pass_has_the_declared_size() -> None:
    feed, labels = SampledPairs(2), [0, 1, 0, 2, 1]
    data = TrainingData(examples(labels), examples([0]), examples([0]).without_labels())
    task = TaskInfo("toy", ("a", "b", "c"), False, len(labels), 1, 0)
    batches = list(islice(feed.open(data, 4, "natural", STREAMS), feed.size(task) // 4))
    targets = np.concatenate([batch.targets for batch in batches if batch.targets is not None])
    assert targets.tolist() == [1.0, 0.0] * 10
    for batch in batches:
        of = dict(zip(data.train.texts, labels, strict=True))
        views: Any = batch.views
        found = [float(of[a] == of[b]) for a, b in zip(views["left"].texts, views["right"].texts, strict=True)]
        assert batch.targets is not None
        assert batch.targets.tolist() == found
        assert views["left"].labels is None


def test_the_draw_depends_on_the_seed_alone_and_comes_from_augment() -> None:
    streams = Streams(0, 1).at("pairs")
    drawn = SampledPairs().listed(examples([0, 1] * 6), streams)
    assert streams.drawn == {"augment"}
    again = SampledPairs().listed(examples([0, 1] * 6), Streams(0, 1).at("pairs"))
    other = SampledPairs().listed(examples([0, 1] * 6), Streams(0, 2).at("pairs"))
    assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))
    assert not np.array_equal(drawn[0], other[0])


@pytest.mark.parametrize("labels", [[0], [1, 1, 1]])
def test_a_single_class_has_positives_alone_and_says_so(labels: list[int]) -> None:
    data = TrainingData(examples(labels), examples([0]), examples([0]).without_labels())
    notes = SampledPairs(3).notes(data, STREAMS)
    assert (notes["positives"], notes["negatives"], notes["one_sided"]) == (6 * len(labels), 0, True)


def test_notes_count_what_is_there() -> None:
    data = TrainingData(examples([0, 1]), examples([0]), examples([0]).without_labels())
    notes = SampledPairs(3).notes(data, STREAMS)
    assert notes == {"positives": 6, "negatives": 6, "distinct_pairs": 3, "self_pairs": 6, "one_sided": False}


def test_no_iteration_is_refused() -> None:
    with pytest.raises(UserError):
        SampledPairs(0)
