"""Predictions in few bytes, and back."""

from __future__ import annotations

import base64
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UserError
from benchmark.records.prediction_codec import pack, unpack
from benchmark.records.record import PhaseCost, Predictions, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore


@given(st.integers(1, 300).flatmap(lambda k: st.tuples(st.just(k), st.lists(st.integers(0, k - 1), max_size=200))))
def test_what_is_packed_comes_back(case: tuple[int, list[int]]) -> None:
    classes, ids = case
    assert unpack(pack(ids, classes), len(ids), classes) == ids


def test_packed_text_needs_no_escaping_in_json() -> None:
    text = pack([i % 150 for i in range(5000)], 150)
    assert text.isascii()
    assert not set(text) & set('"\\')


@pytest.mark.parametrize("classes", [2, 3, 77, 150])
def test_a_record_of_10000_test_examples_is_at_most_16_kb(
    classes: int, tmp_path: object, spec: Callable[..., RunSpec], record: Callable[..., RunRecord]
) -> None:
    """Even where predictions are random, and three phases log their terms every epoch."""
    draw = random.Random(0)
    ids = [draw.randrange(classes) for _ in range(10_000)]
    log = {name: [draw.random() for _ in range(12)] for name in ("ce", "scl", "gradient norm")}
    phases = tuple(PhaseCost(name=f"phase {i}", key="e" * 64, seconds=draw.random(), forward=10**6, log=log) for i in range(3))
    metrics = {f"metric {i}": draw.random() for i in range(10)}
    full = record(spec(), predictions=Predictions.of(ids, classes), phases=phases, metrics=metrics, dev_metrics=metrics, testset="f" * 64)
    path = RecordStore(str(tmp_path)).write(full)
    assert path.stat().st_size <= 16_000
    assert RecordStore(str(tmp_path)).read(full.key).predictions.ids() == ids  # type: ignore[union-attr]


@pytest.mark.parametrize("ids", [[2], [-1]])
def test_an_id_outside_its_classes_is_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        pack(ids, 2)


@pytest.mark.parametrize(("text", "n"), [("not packed", 3), (pack([0, 1, 1], 2), 300), (pack([1] * 100, 2), 3), ("", 1)])
def test_text_that_does_not_hold_the_ids_is_a_user_error(text: str, n: int) -> None:
    with pytest.raises(UserError):
        unpack(text, n, 2)


def test_no_more_is_decompressed_than_the_ids_need() -> None:
    """A few kilobytes that would become a hundred megabytes."""
    bomb = base64.b85encode(zlib.compress(bytes(10**8), 9)).decode("ascii")
    tracemalloc.start()
    with pytest.raises(UserError, match="example count"):
        unpack(bomb, 60, 2)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10**7


def test_text_that_was_cut_is_a_user_error() -> None:
    whole = base64.b85decode(pack([1, 0, 1] * 50, 2))
    for end in range(1, len(whole)):
        with pytest.raises(UserError):
            unpack(base64.b85encode(whole[:-end]).decode("ascii"), 150, 2)
