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


@pytest.mark.parametrize("shots", ["20", "all", "50%"])
@pytest.mark.parametrize("unlabelled", [0, 50, "pool"])
@pytest.mark.parametrize("repeated", [0, 30])
@pytest.mark.parametrize("validation", [False, True])
def test_fixed_sizes_are_fixed(shots: str, unlabelled: int, repeated: int, validation: bool) -> None:
    data = task(repeated=repeated, validation=validation)
    spec = SplitSpec(shots=shots, unlabelled=unlabelled)
    if fixed_sizes(data, spec):
        assert len(sizes(data, spec)) == 1


def test_texts_that_repeat_make_the_size_of_a_whole_pool_a_matter_of_the_seed() -> None:
    data, spec = task(repeated=30), SplitSpec(shots="all")
    assert not fixed_sizes(data, spec)
    assert len(sizes(data, spec)) > 1


def test_few_shots_do_not_care_about_texts_that_repeat() -> None:
    assert fixed_sizes(task(repeated=30), SplitSpec(shots="20", unlabelled=50))


def test_a_long_tail_is_always_drawn() -> None:
    assert not fixed_sizes(task(), SplitSpec(shots="all", imbalance=Imbalance(ratio=10, largest=50)))
