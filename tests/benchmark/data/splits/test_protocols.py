"""The paper's protocol and long tails: which rows score, which select, and how many of each class."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.data.splits.long_tail import scaled_down, tail_sizes
from benchmark.data.splits.split import make_split
from benchmark.data.synthetic import embedded_data
from benchmark.errors import UserError
from benchmark.records.spec import Imbalance, SplitSpec


def paper(**fields: Any) -> SplitSpec:
    return SplitSpec.model_validate({"protocol": "paper", **fields})


def test_half_of_the_official_validation_set_scores_and_the_other_half_selects() -> None:
    data = embedded_data("sst2")  # its 300 test rows stand for the official validation set
    split = make_split(data, paper(shots="20"))
    assert len(split.test) == len(split.dev) == 150
    assert set(split.test.texts) | set(split.dev.texts) == set(data.test.texts)
    assert np.bincount(split.test.labels).tolist() == [75, 75]
    assert split.notes == {"dev_short": {"wanted": 500, "got": 150}, "test_halved": {"from": 300, "to": 150}}


def test_the_halves_are_the_same_for_every_split_seed_and_train_is_not() -> None:
    first, second = (make_split(embedded_data("mnli"), paper(shots="20", split_seed=seed)) for seed in (0, 1))
    assert first.test.fingerprint() == second.test.fingerprint()
    assert first.dev.fingerprint() == second.dev.fingerprint()
    assert first.train.fingerprint() != second.train.fingerprint()


def test_the_whole_train_set_is_the_pool_since_nothing_is_carved_out() -> None:
    data = embedded_data("qnli")
    split = make_split(data, paper(shots="20", unlabelled="pool"))
    assert len(split.train) + len(split.unlabelled) == len(data.train)


def test_five_hundred_select_where_they_fit() -> None:
    data = embedded_data("sst2")
    turned = replace(data, train=data.test, test=data.train)
    split = make_split(turned, paper(shots="20"))
    assert (len(split.dev), len(split.test)) == (500, 999)
    assert not set(split.dev.texts) & set(split.test.texts)
    assert np.bincount(split.dev.labels).tolist() == [250, 250]


def test_with_all_labels_the_official_validation_set_scores_and_development_comes_from_train() -> None:
    data = embedded_data("sst2")
    split = make_split(data, paper(shots="all"))
    assert set(split.test.texts) == set(data.test.texts)
    assert set(split.dev.texts) <= set(data.train.texts)


def test_a_users_file_keeps_its_test_set_even_under_the_name_of_a_glue_task() -> None:
    split = make_split(replace(embedded_data("sst2"), source="file"), paper(shots="20"))
    assert len(split.test) == 300


def tail(ratio: float, largest: int, seed: int = 0, **fields: Any) -> SplitSpec:
    return SplitSpec(shots="all", split_seed=seed, imbalance=Imbalance(ratio=ratio, largest=largest), **fields)


def test_class_sizes_fall_geometrically() -> None:
    sizes = tail_sizes(Imbalance(ratio=100, largest=400), 3, split_seed=0)
    assert sorted(sizes.tolist()) == [4, 40, 400]


def test_every_class_is_the_head_for_some_split_seed() -> None:
    heads = {int(np.argmax(tail_sizes(Imbalance(ratio=10, largest=100), 3, seed))) for seed in range(30)}
    assert heads == {0, 1, 2}


def test_train_has_the_tail_development_its_shape_and_test_equal_classes() -> None:
    data = embedded_data("mnli")
    split = make_split(data, tail(ratio=16, largest=320))
    counts = np.bincount(split.train.labels, minlength=3)
    shrunk = np.bincount(split.dev.labels, minlength=3)
    assert sorted(counts.tolist()) == [20, 80, 320]
    assert np.argsort(counts).tolist() == np.argsort(shrunk).tolist()
    assert abs(shrunk.max() / shrunk.min() - 16) < 3
    assert np.bincount(split.test.labels).tolist() == [100, 100, 100]
    assert split.notes["class_sizes"] == dict(zip(data.label_names, counts.tolist(), strict=True))
    assert not set(split.train.texts) & set(split.dev.texts)


def test_the_balanced_test_set_takes_as_many_of_every_class_as_the_smallest_has() -> None:
    data = embedded_data("sst2")
    uneven = replace(data, test=data.test.take(np.r_[np.flatnonzero(data.test.labels == 0), np.flatnonzero(data.test.labels == 1)[:40]]))
    split = make_split(uneven, tail(ratio=10, largest=100))
    assert np.bincount(split.test.labels).tolist() == [40, 40]
    assert split.notes["test_balanced"] == {"from": 190, "to": 80}


def test_a_cap_keeps_the_balance() -> None:
    assert np.bincount(make_split(embedded_data("sst2"), tail(10, 100, test_cap=60)).test.labels).tolist() == [30, 30]


def test_a_class_that_cannot_fill_its_place_is_noted() -> None:
    split = make_split(embedded_data("mnli"), tail(ratio=2, largest=1000))
    assert any(entry["got"] < entry["wanted"] for entry in split.notes["class_shortfall"].values())


def test_an_imbalance_beside_a_number_of_shots_is_a_mistake() -> None:
    with pytest.raises(UserError, match="shots must be `all`"):
        make_split(embedded_data("sst2"), SplitSpec(shots="20", imbalance=Imbalance(ratio=10, largest=100)))


def test_scaling_down_keeps_the_shape_and_one_of_each() -> None:
    assert scaled_down(np.array([400, 40, 4]), np.array([50, 50, 50])).tolist() == [50, 5, 1]
    assert scaled_down(np.array([10, 5, 1]), np.array([50, 50, 50])).tolist() == [10, 5, 1]
    assert scaled_down(np.array([10, 5, 1]), np.array([50, 50, 0])).tolist() == [10, 5, 0]
