"""Stored row numbers: small, and back again without loss."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.data.splits.row_mask import pack_rows, split_indices, unpack_rows
from benchmark.data.splits.split import make_split
from benchmark.data.synthetic import embedded_data
from benchmark.records.spec import SplitSpec


@given(st.sets(st.integers(0, 300)))
def test_unpacking_gives_back_the_rows_ascending(rows: set[int]) -> None:
    assert unpack_rows(pack_rows(np.array(sorted(rows), dtype=np.int64), 301)).tolist() == sorted(rows)


def test_the_text_is_json_without_escapes_and_small() -> None:
    rows = np.random.default_rng(0).choice(10_000, 2000, replace=False)
    text = pack_rows(rows, 10_000)
    assert json.dumps(text) == f'"{text}"'
    assert len(text) < 2_000


@pytest.mark.parametrize("protocol", ["honest", "paper"])
def test_the_indices_of_a_split_lead_back_to_its_examples(protocol: str) -> None:
    data = embedded_data("sst2")
    split = make_split(data, SplitSpec.model_validate({"shots": "20", "unlabelled": 50, "protocol": protocol}))
    stored = split_indices(data, split)
    assert stored["hash"] == data.hash
    assert stored["dev"]["part"] == ("test" if protocol == "paper" else "train")
    parts = {"train": data.train, "test": data.test}
    for name in ("train", "dev", "unlabelled", "test"):
        drawn, place = getattr(split, name), stored[name]
        again = parts[place["part"]].take(unpack_rows(place["rows"]))
        assert len(drawn) == place["n"]
        assert again.texts == drawn.texts
        assert np.array_equal(again.ids, drawn.ids)


def test_no_unlabelled_text_is_stored_as_no_rows() -> None:
    data = embedded_data("sst2")
    stored = split_indices(data, make_split(data, SplitSpec()))
    assert stored["unlabelled"]["n"] == 0
    assert len(unpack_rows(stored["unlabelled"]["rows"])) == 0


def test_a_split_of_other_data_is_refused() -> None:
    with pytest.raises(ValueError, match="does not belong"):
        split_indices(embedded_data("qnli"), make_split(embedded_data("sst2"), SplitSpec()))
