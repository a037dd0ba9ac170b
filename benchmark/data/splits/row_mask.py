"""Which rows of a task's data a split holds, small enough to be stored with the records."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples, Split, TaskData


def pack_rows(rows: NDArray[np.int64], n: int) -> str:
    """A set of row numbers below n as text: bit mask, deflated, in base 85 (no quote, no backslash)."""
    mask = np.zeros(n, dtype=bool)
    mask[rows] = True
    return base64.b85encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode()


def unpack_rows(text: str) -> NDArray[np.int64]:
    """The row numbers that `pack_rows` was given, ascending."""
    return np.flatnonzero(np.unpackbits(np.frombuffer(zlib.decompress(base64.b85decode(text)), dtype=np.uint8))).astype(np.int64)


def split_indices(data: TaskData, split: Split) -> dict[str, Any]:
    """For train, dev, unlabelled and test: which part of the data they come from, how many rows, and which (packed).

    Row numbers count from 0 in the order of the data's part, which `hash` pins.
    """
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    drawn = {"train": split.train, "dev": split.dev, "unlabelled": split.unlabelled, "test": split.test}
    return {"hash": data.hash} | {name: _place(part, parts) for name, part in drawn.items()}


def _place(part: Examples, parts: dict[str, Examples | None]) -> dict[str, Any]:
    if not len(part):
        return {"part": "train", "n": 0, "rows": pack_rows(np.array([], dtype=np.int64), 0)}
    for name, whole in parts.items():
        if whole is not None and (rows := _positions(part.ids, whole.ids)) is not None:
            return {"part": name, "n": len(rows), "rows": pack_rows(rows, len(whole))}
    raise ValueError("the split does not belong to this data")


def _positions(ids: NDArray[np.uint64], whole: NDArray[np.uint64]) -> NDArray[np.int64] | None:
    """Where each id stands in `whole`, or None where one is missing."""
    order = np.argsort(whole, kind="stable")
    places = order[np.minimum(np.searchsorted(whole, ids, sorter=order), len(whole) - 1)]
    return places.astype(np.int64) if np.array_equal(whole[places], ids) else None
