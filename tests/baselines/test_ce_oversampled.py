"""Oversampling makes classes equal and invents nothing."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from baselines.ce_oversampled import Oversample, OversampledFineTuning, oversampled
from benchmark.contract.phase import TrainingData
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.streams import Streams
from benchmark.training.fine_tune import FineTune
from benchmark.training.losses.cross_entropy import CrossEntropy

STREAMS = Streams(0, 0).at("fine-tune")


def examples(labels: list[int]) -> Examples:
    lines = tuple(f"text {i}" for i in range(len(labels)))
    return Examples(content_ids(lines), lines, labels=np.array(labels, dtype=np.int64))


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_every_class_is_as_large_as_the_largest_and_uses_its_texts_evenly(labels: list[int]) -> None:
    train = examples(labels)
    longer = oversampled(train, STREAMS)
    assert longer.labels is not None
    assert set(Counter(longer.labels.tolist()).values()) == {max(Counter(labels).values())}
    for label in set(labels):
        uses = Counter(text for text, its in zip(longer.texts, longer.labels, strict=True) if its == label)
        assert len(uses) == labels.count(label)
        assert max(uses.values()) - min(uses.values()) <= 1


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_the_original_rows_come_first_and_labels_stay_with_their_texts(labels: list[int]) -> None:
    train = examples(labels)
    longer = oversampled(train, STREAMS)
    assert longer.texts[: len(train)] == train.texts
    of = dict(zip(train.texts, labels, strict=True))
    assert longer.labels is not None
    assert all(of[text] == label for text, label in zip(longer.texts, longer.labels, strict=True))


def test_which_rows_are_repeated_depends_on_the_seed_alone() -> None:
    train = examples([0] * 9 + [1] * 6)
    draws = {seed: oversampled(train, Streams(0, seed).at("fine-tune")).texts for seed in range(6)}
    assert draws[0] == oversampled(train, Streams(0, 0).at("fine-tune")).texts
    assert len(set(draws.values())) > 1


def test_development_and_unlabelled_data_stay() -> None:
    data = TrainingData(examples([0, 0, 1]), examples([0, 1]), examples([0]).without_labels())
    changed = Oversample().apply(data, STREAMS)
    assert len(changed.train) == 4
    assert changed.dev is data.dev
    assert changed.unlabelled is data.unlabelled


def test_only_the_training_set_differs_from_ce() -> None:
    task = TaskInfo("toy", ("a", "b"), pair=False, n_train=20, n_dev=8, n_unlabelled=0)
    assert OversampledFineTuning().phases(task) == [FineTune(CrossEntropy(), augment=Oversample())]
    assert OversampledFineTuning.family == "baseline"
