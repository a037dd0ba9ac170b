"""What noise did: counted, small enough for a record, and exact enough to be repeated."""

from __future__ import annotations

import base64
import zlib
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples

PLAIN_CLASSES = 10  # a transition matrix of more classes is packed: 150 x 150 counts as text would not fit into a record


@dataclass(frozen=True)
class PartAudit:
    """What noise did to one part of a split.

    Args:
        n: examples that were there.
        touched: examples that were changed.
        units, changed: labels, letters or words that were there, and how many of them were changed (over all copies with `add:N`).
        rate: changed / units, the realised rate; 0 where there is nothing.
        ids: which examples were touched; read it with `touched_mask`.
        transition: K x K counts, row = true class, column = given class; label noise only; read it with `transition_matrix`.
        edits: how often each edit was made, by name; text noise only.
        added: noised copies that were added.
    """

    n: int
    touched: int
    units: int
    changed: int
    rate: float
    ids: str
    transition: list[list[int]] | str | None = None
    edits: dict[str, int] | None = None
    added: int = 0

    def touched_mask(self, ids: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the part's examples were touched, given the part's ids in any order. bool [n]"""
        if len(ids) != self.n:
            raise ValueError(f"{len(ids)} ids were given for a part of {self.n} examples")
        mask = np.empty(self.n, dtype=bool)
        mask[np.argsort(ids, kind="stable")] = np.unpackbits(_unpack(self.ids, np.uint8), count=self.n).astype(bool)
        return mask

    def transition_matrix(self) -> NDArray[np.int64] | None:
        """K x K counts, row = true class, column = given class; None for text noise."""
        if isinstance(self.transition, str):
            flat = _unpack(self.transition, np.int32).astype(np.int64)
            return flat.reshape(int(len(flat) ** 0.5), -1)
        return None if self.transition is None else np.array(self.transition, dtype=np.int64)


@dataclass(frozen=True)
class NoiseAudit:
    """What noise did to a split. `to_json` is for the record; `clean_train_labels` is not in it.

    Args:
        kind, level, where, size: the spec that was applied.
        dev: `like-train` or `clean`.
        unit: what rates count: `labels`, `letters` or `words`.
        parts: part name (train, dev, test, unlabelled) -> what happened there; only the parts that were noised.
        clean_train_labels: int64 [n_train], the true labels in the rows of the noised train part; label noise only.
    """

    kind: str
    level: float
    where: str
    size: str
    dev: str
    unit: str
    parts: dict[str, PartAudit]
    clean_train_labels: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the record, without the true labels."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("parts", "clean_train_labels")}
        return plain | {"parts": {name: asdict(part) for name, part in self.parts.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> NoiseAudit:
        """Read back what `to_json` wrote (the true labels are gone)."""
        return cls(**{**data, "parts": {name: PartAudit(**part) for name, part in data["parts"].items()}})


def audit_labels(clean: Examples, noised: NDArray[np.int64], n_classes: int) -> PartAudit:
    """Count what label noise did to one part."""
    assert clean.labels is not None
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(matrix, (clean.labels, noised), 1)
    mask = clean.labels != noised
    return PartAudit(**_counted(clean, mask, len(clean), int(mask.sum())), transition=_compact(matrix))


def audit_texts(clean: Examples, mask: NDArray[np.bool_], units: int, changed: int, edits: dict[str, int], added: int) -> PartAudit:
    """Set down what text noise did to one part. `mask`: the examples that were touched, bool [n]."""
    return PartAudit(**_counted(clean, mask, units, changed), edits=dict(sorted(edits.items())), added=added)


def _counted(clean: Examples, mask: NDArray[np.bool_], units: int, changed: int) -> dict[str, Any]:
    rate = changed / units if units else 0.0
    packed = _pack(np.packbits(mask[np.argsort(clean.ids, kind="stable")]))
    return {"n": len(clean), "touched": int(mask.sum()), "units": units, "changed": changed, "rate": rate, "ids": packed}


def _compact(matrix: NDArray[np.int64]) -> list[list[int]] | str:
    if len(matrix) <= PLAIN_CLASSES:
        rows: list[list[int]] = matrix.tolist()
        return rows
    return _pack(matrix.astype(np.int32))


def _pack(array: NDArray[Any]) -> str:
    """Little-endian bytes, deflated, in base 64."""
    return base64.b64encode(zlib.compress(array.astype(array.dtype.newbyteorder("<")).tobytes(), 9)).decode()


def _unpack(text: str, dtype: type[np.generic]) -> NDArray[Any]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.dtype(dtype).newbyteorder("<"))
