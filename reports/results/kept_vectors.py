"""The test representations that were kept (`run --keep-representations`), measured: what the table and the picture of them share."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UserError
from reports.analysis.geometry import Geometry, geometry
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell


@dataclass(frozen=True)
class KeptVectors:
    """The representations of one run.

    Args:
        vectors: [n_test, H], as kept (half precision).
        labels: [n_test] gold classes.
    """

    vectors: NDArray[np.float64]
    labels: NDArray[np.int64]

    @property
    def geometry(self) -> Geometry:
        """Silhouette, alignment, uniformity."""
        return geometry(self.vectors, self.labels)


def kept_vectors(block: Block, arm: str, cell: ScoredCell) -> Iterator[KeptVectors]:
    """The runs of an arm in a cell that kept theirs, in the order of seeds; a file that cannot be read is left out."""
    labels = np.array(block.gold.get(cell, ()), dtype=np.int64)
    if (arm, cell) not in block.runs or not (block.store.root / "representations").is_dir():
        return
    for key in block.runs[arm, cell].keys.values():
        stored = block.stored.get(key)
        if stored is None or stored.representations is None:
            continue
        try:
            vectors = np.load(io.BytesIO(block.store.read_side(stored.representations)), allow_pickle=False).astype(float)
        except (UserError, ValueError, OSError):
            continue
        if len(vectors) == len(labels):
            yield KeptVectors(vectors, labels)
