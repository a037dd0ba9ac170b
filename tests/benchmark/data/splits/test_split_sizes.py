"""Where sizes are called fixed, no split seed may change one: drawing is the judge."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.data.examples import Examples, TaskData
from benchmark.data.sources.assembly import data_hash, in_id_order
from benchmark.data.splits.split import make_split
from benchmark.data.splits.split_sizes import fixed_sizes
from benchmark.records.spec import Imbalance, SplitSpec

SEEDS = range(8)


def part(rows: int, name: str, repeated: int = 0) -> Examples:
    texts = [f"{name} number {row}" for row in range(rows)]
    texts[:repeated] = ["said again"] * repeated
    return in_id_order(texts, None, np.arange(rows, dtype=np.int64) % 2)


def task(*, repeated: int = 0, validation: bool = False) -> TaskData:
    train, test = part(200, "train", repeated), part(40, "test")
    dev = part(30, "dev") if validation else None
    return TaskData("mine", "file", ("no", "yes"), train, test, dev, {}, data_hash(("no", "yes"), train, test, dev))


def sizes(data: TaskData, spec: SplitSpec) -> set[tuple[int, ...]]:
    splits = [make_split(data, spec.model_copy(update={"split_seed": seed})) for seed in SEEDS]
    return {(len(s.train), len(s.dev), len(s.test), len(s.unlabelled)) for s in splits}


SHOTS, UNLABELLED = ("20", "all", "50%"), (0, 50, "pool")
# What the seed decides where texts repeat and no development set is given: how many repeated ones are carved out with it.
OPEN = {("20", "pool"), ("all", 0), ("all", 50), ("all", "pool"), ("50%", 0), ("50%", 50), ("50%", "pool")}


@pytest.mark.parametrize("shots", SHOTS)
@pytest.mark.parametrize("unlabelled", UNLABELLED)
@pytest.mark.parametrize(("repeated", "validation"), [(0, False), (0, True), (30, True)])
def test_where_no_text_repeats_or_a_development_set_is_given_sizes_are_fixed(
    shots: str, unlabelled: int, repeated: int, validation: bool
) -> None:
    data, spec = task(repeated=repeated, validation=validation), SplitSpec(shots=shots, unlabelled=unlabelled)
    assert fixed_sizes(data, spec)
    assert len(sizes(data, spec)) == 1


@pytest.mark.parametrize("shots", SHOTS)
@pytest.mark.parametrize("unlabelled", UNLABELLED)
def test_where_texts_repeat_sizes_are_fixed_as_written_and_as_drawn(shots: str, unlabelled: int) -> None:
    data, spec = task(repeated=30), SplitSpec(shots=shots, unlabelled=unlabelled)
    assert fixed_sizes(data, spec) is ((shots, unlabelled) not in OPEN)
    assert (len(sizes(data, spec)) == 1) is ((shots, unlabelled) not in OPEN)


def test_texts_that_repeat_make_the_size_of_a_whole_pool_a_matter_of_the_seed() -> None:
    data, spec = task(repeated=30), SplitSpec(shots="all")
    assert not fixed_sizes(data, spec)
    assert len(sizes(data, spec)) > 1


def test_few_shots_do_not_care_about_texts_that_repeat() -> None:
    assert fixed_sizes(task(repeated=30), SplitSpec(shots="20", unlabelled=50))


def test_a_long_tail_is_always_drawn() -> None:
    assert not fixed_sizes(task(), SplitSpec(shots="all", imbalance=Imbalance(ratio=10, largest=50)))
