"""`make_split`: disjoint, nested, stratified, free of row order, and honest about what it could not give."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.data.examples import Examples, Split, TaskData
from benchmark.data.sources.assembly import data_hash, in_id_order
from benchmark.data.splits.split import make_split
from benchmark.data.synthetic import embedded_data
from benchmark.errors import UserError
from benchmark.records.spec import SplitSpec


def examples(labels: list[int], name: str) -> Examples:
    return in_id_order([f"{name} {i}" for i in range(len(labels))], None, np.array(labels, dtype=np.int64))


def task_data(train: list[int], test: list[int], validation: list[int] | None = None, classes: int = 3) -> TaskData:
    """Made-up data of a task that is not registered: no official validation set stands for its test set."""
    names = tuple(f"class {i}" for i in range(classes))
    parts = examples(train, "train"), examples(test, "test"), None if validation is None else examples(validation, "validation")
    return TaskData("made-up", "file", names, *parts, hash=data_hash(names, *parts))


def spec(**fields: Any) -> SplitSpec:
    return SplitSpec.model_validate(fields)


def ids(part: Examples) -> set[int]:
    return set(part.ids.tolist())


DATA = st.builds(
    task_data,
    st.lists(st.integers(0, 2), min_size=60, max_size=150).map(lambda labels: [0, 1, 2, 0, 1, 2, *labels]),
    st.lists(st.integers(0, 2), min_size=5, max_size=30),
    st.none() | st.lists(st.integers(0, 2), min_size=5, max_size=40),
)


@settings(max_examples=40)
@given(DATA, st.sampled_from(["3", "20", "40", "2/class", "50%", "all"]), st.integers(0, 5), st.sampled_from([0, 10, "pool"]))
def test_no_example_is_in_two_parts(data: TaskData, shots: str, seed: int, unlabelled: Any) -> None:
    split = make_split(data, spec(shots=shots, split_seed=seed, unlabelled=unlabelled))
    parts = [split.train, split.dev, split.unlabelled, split.test]
    assert sum(len(part) for part in parts) == len(set().union(*(part.texts for part in parts)))
    assert ids(split.unlabelled) <= ids(data.train)
    assert split.unlabelled.labels is None


@settings(max_examples=40)
@given(DATA, st.integers(0, 5))
def test_more_shots_hold_all_that_fewer_held_and_never_a_development_example(data: TaskData, seed: int) -> None:
    series = [make_split(data, spec(shots=shots, split_seed=seed)) for shots in ("3", "4", "5", "8", "13", "20", "31", "45", "all")]
    for fewer, more in pairwise(series):
        assert ids(fewer.train) < ids(more.train)
    devs = set().union(*(ids(split.dev) for split in series))
    assert not devs & ids(series[-1].train)


@settings(max_examples=20)
@given(DATA, st.integers(0, 5))
def test_shots_a_class_and_shares_are_nested_too(data: TaskData, seed: int) -> None:
    one, two, half, whole = (make_split(data, spec(shots=shots, split_seed=seed)).train for shots in ("1/class", "2/class", "50%", "all"))
    assert ids(one) < ids(two) < ids(whole)
    assert ids(one) < ids(half) < ids(whole)


@settings(max_examples=30)
@given(DATA, st.integers(0, 3))
def test_every_class_is_there_and_shares_are_kept(data: TaskData, seed: int) -> None:
    split = make_split(data, spec(shots="30", split_seed=seed))
    whole = make_split(data, spec(shots="all", split_seed=seed)).train
    assert split.train.labels is not None
    assert whole.labels is not None
    counts, pool = np.bincount(split.train.labels, minlength=3), np.bincount(whole.labels, minlength=3)
    assert len(split.train) == 30
    assert (counts >= 1).all()
    assert (np.abs(counts - 30 * pool / pool.sum()) < 1.5).all()


@settings(max_examples=20)
@given(DATA, st.randoms(use_true_random=False), st.sampled_from(["20", "2/class", "all"]))
def test_the_order_of_the_rows_does_not_matter(data: TaskData, random: Any, shots: str) -> None:
    rows = list(range(len(data.train)))
    random.shuffle(rows)
    shuffled = TaskData(data.task, data.source, data.label_names, data.train.take(rows), data.test, data.validation, {}, data.hash)
    wanted = spec(shots=shots, unlabelled=10, split_seed=3)
    first, second = make_split(data, wanted), make_split(shuffled, wanted)
    for name in ("train", "dev", "unlabelled", "test"):
        assert getattr(first, name).fingerprint() == getattr(second, name).fingerprint()


@settings(max_examples=20)
@given(DATA)
def test_labels_stay_with_their_texts(data: TaskData) -> None:
    split = make_split(data, spec(shots="20"))
    known = {
        text: label
        for part in (data.train, data.test, data.validation)
        if part
        for text, label in zip(part.texts, part.labels, strict=True)
    }
    for part in (split.train, split.dev, split.test):
        assert [known[text] for text in part.texts] == list(part.labels)


def test_other_rows_do_not_change_the_ranking() -> None:
    """Taking rows away leaves the rest in their order: of the class that lost nothing the same examples are drawn."""
    data = task_data([0] * 100 + [1] * 100, [0, 1], [0, 1] * 20, classes=2)
    fewer = task_data([0] * 100 + [1] * 60, [0, 1], [0, 1] * 20, classes=2)
    one, other = (make_split(held, spec(shots="10/class")).train for held in (data, fewer))
    assert [t for t, y in zip(one.texts, one.labels, strict=True) if y == 0] == [
        t for t, y in zip(other.texts, other.labels, strict=True) if y == 0
    ]


def test_another_split_seed_draws_other_examples_and_the_same_test_set() -> None:
    splits = [make_split(embedded_data("sst2"), spec(shots="20", split_seed=seed, test_cap=100)) for seed in range(3)]
    assert len({split.train.fingerprint() for split in splits}) == 3
    assert len({split.dev.fingerprint() for split in splits}) == 3
    assert len({split.test.fingerprint() for split in splits}) == 1


def texts_with(train: list[str], test: list[str], validation: list[str] | None = None) -> TaskData:
    def part(texts: list[str]) -> Examples:
        return in_id_order(texts, None, np.arange(len(texts), dtype=np.int64) % 2)

    return TaskData("made-up", "file", ("a", "b"), part(train), part(test), part(validation) if validation else None, {}, "hash")


def test_texts_of_the_test_set_are_removed_from_train_and_development_and_counted() -> None:
    plain = [f"text {i}" for i in range(40)]
    data = texts_with([*plain, "held", " held  "], ["held", "seen", "other"], ["text 3", "seen ", "new", "newer"])
    split = make_split(data, spec(shots="all", unlabelled="pool"))
    assert not {"held", " held  "} & {*split.train.texts, *split.unlabelled.texts}
    assert set(split.dev.texts) == {"new", "newer"}
    assert split.notes == {"removed_from_train_in_test": 2, "removed_from_dev_in_test": 1, "removed_from_dev_in_train": 1}
    assert split.pool_size == 40


def test_the_pool_counts_the_rows_that_another_seed_would_hold_out_for_development() -> None:
    data = texts_with([f"text {i}" for i in range(40)], ["held"])
    splits = [make_split(data, spec(shots="all", split_seed=seed)) for seed in (0, 1)]
    assert [(len(split.train), len(split.dev), split.pool_size) for split in splits] == [(36, 4, 40)] * 2
    assert set(splits[0].train.texts) != set(splits[1].train.texts)


def test_equal_texts_never_stand_on_both_sides_of_a_carved_development_set() -> None:
    data = texts_with([f"text {i // 2}" for i in range(200)], ["held", "out"])
    split = make_split(data, spec(shots="all"))
    assert not set(split.train.texts) & set(split.dev.texts)
    assert split.notes["removed_from_train_in_dev"] == 200 - len(split.train) - len(split.dev) > 0


def test_development_is_carved_per_class_and_at_most_a_tenth_of_train() -> None:
    data = task_data([0] * 300 + [1] * 100 + [2], [0, 1, 2])
    split = make_split(data, spec(shots="all"))
    assert np.bincount(split.dev.labels).tolist() == [30, 10]
    assert len(split.train) == 361
    assert 2 in split.train.labels  # a class of one row stays in train


def test_development_is_as_large_as_the_shots_and_a_shorter_one_is_noted() -> None:
    data = task_data([0, 1] * 50, [0, 1] * 20, [0, 1] * 6, classes=2)
    enough, short = (make_split(data, spec(shots=shots)) for shots in ("10", "20"))
    assert (len(enough.dev), enough.notes) == (10, {})
    assert (len(short.dev), short.notes) == (12, {"dev_short": {"wanted": 20, "got": 12}})
    assert len(make_split(data, spec(shots="all")).dev) == 10  # a tenth of train


def test_carved_development_is_at_most_the_official_validation_set_of_glue() -> None:
    data = embedded_data("sst2")
    small = TaskData("sst2", "mirror", data.label_names, data.train, data.test.take(range(50)), None, {}, data.hash)
    assert len(make_split(small, spec(shots="all")).dev) == 50


def test_a_class_with_too_few_examples_gives_what_it_has_and_is_noted() -> None:
    split = make_split(task_data([0] * 60 + [1] * 40 + [2] * 5, [0, 1, 2], [0, 1, 2]), spec(shots="16/class"))
    assert np.bincount(split.train.labels).tolist() == [16, 16, 5]
    assert split.notes["class_shortfall"] == {"class 2": {"wanted": 16, "got": 5}}


def test_a_class_that_no_training_row_has_is_noted() -> None:
    assert make_split(task_data([0, 1] * 30, [0, 1, 2]), spec(shots="20")).notes["classes_absent_from_train"] == ["class 2"]


def test_too_little_unlabelled_text_is_noted() -> None:
    split = make_split(task_data([0, 1] * 30, [0, 1], [0, 1], classes=2), spec(shots="20", unlabelled=100))
    assert len(split.unlabelled) == 40
    assert split.notes["unlabelled_short"] == {"wanted": 100, "got": 40}


def test_a_capped_test_set_is_stratified_and_noted() -> None:
    split = make_split(task_data([0, 1] * 30, [0] * 75 + [1] * 25, classes=2), spec(shots="20", test_cap=20))
    assert np.bincount(split.test.labels).tolist() == [15, 5]
    assert split.notes["test_capped"] == {"from": 100, "to": 20}


@pytest.mark.parametrize(
    ("shots", "reason"), [("1000", "3 .* to"), ("2", "3 .*one for every class"), ("500/class", "no class"), ("-3", "Allowed")]
)
def test_shots_that_cannot_be_given_are_a_mistake_that_says_what_can(shots: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        make_split(task_data([0, 1, 2] * 30, [0, 1, 2]), spec(shots=shots))


def test_data_of_one_class_is_a_mistake() -> None:
    with pytest.raises(UserError, match="fewer than two classes"):
        make_split(task_data([1] * 30, [0, 1]), spec(shots="3"))


GOLDEN = {
    ("sst2", "20", 0): "5f5c9bf9-1d41fae1-c141826c-2b6f2dff",
    ("sst2", "100", 3): "df2efc2b-700bb450-6ac48588-2b6f2dff",
    ("qnli", "16/class", 1): "2cb3c2cb-7a532df3-9a550ee1-ee7f9491",
    ("mnli", "50%", 2): "e322f3a1-284bc013-ec9833ec-8dff223e",
    ("mnli", "all", 0): "e7040647-553bbaa0-a6830960-8dff223e",
}


@pytest.mark.parametrize(("task", "shots", "seed"), GOLDEN)
def test_splits_never_change(task: str, shots: str, seed: int) -> None:
    """When this fails every stored record belongs to other rows: do not change the generator."""
    split = make_split(embedded_data(task), spec(shots=shots, split_seed=seed, unlabelled=200, test_cap=200))
    assert fingerprint(split) == GOLDEN[task, shots, seed]


def fingerprint(split: Split) -> str:
    return "-".join(part.fingerprint()[:8] for part in (split.train, split.dev, split.unlabelled, split.test))
