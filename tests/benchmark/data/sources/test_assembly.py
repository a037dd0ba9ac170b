"""Rows become data: checked, numbered by content, hashed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.config.task import TaskConfig
from benchmark.data.sources.assembly import assemble, in_id_order
from benchmark.data.sources.columns import Columns
from benchmark.errors import UserError

TASK = TaskConfig(name="mine", hub="org/mine", label_names=("no", "yes"))


def columns(labels: list[object], names: tuple[str, ...] | None = None) -> Columns:
    return Columns("org/mine/train", [f"text {i}" for i in range(len(labels))], None, labels, names)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), min_size=1), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_row_order_even_for_a_text_with_two_labels(rows: list[tuple[str, int]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (in_id_order([t for t, _ in some], None, np.array([y for _, y in some])) for some in (rows, shuffled))
    assert first.fingerprint() == second.fingerprint()
    assert len(set(first.ids.tolist())) == len(rows)


def test_plain_integers_go_by_index() -> None:
    data = assemble(TASK, "mirror", {"train": columns([1, 0]), "test": columns([1, 1])})
    assert data.train.labels is not None
    assert dict(zip(data.train.texts, data.train.labels.tolist(), strict=True)) == {"text 0": 1, "text 1": 0}


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        (columns([0, 1, 2]), "label 2 in row 3.*no, yes, or their index from 0 to 1"),
        (columns([0, -1, -1]), "hidden labels: row 2 and 1 more"),
        (columns([0, None]), "label None"),
        (columns([0, [1]]), r"label \[1\]"),
        (columns([0, 0]), r"one class \(no\)"),
        (columns([]), "holds no rows"),
        (columns([0, 1], ("no", "maybe")), "maybe too many, yes missing"),
    ],
)
def test_labels_that_cannot_be_used_are_named(train: Columns, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        assemble(TASK, "mirror", {"train": train, "test": columns([0, 1])})


def test_label_names_are_part_of_the_identity() -> None:
    parts = {"train": columns([1, 0]), "test": columns([1, 1])}
    other = TASK.model_copy(update={"label_names": ("no", "YES")})
    assert assemble(TASK, "mirror", parts).hash != assemble(other, "mirror", parts).hash  # type: ignore[arg-type]
