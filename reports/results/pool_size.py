"""How large the pool is that training sets are drawn from, as far as the stored splits tell."""

from __future__ import annotations

import base64
import zlib
from typing import Any

from benchmark.errors import UserError
from reports.results.blocks import Block
from reports.results.cell_key import CellKey


def pool_size(block: Block, cell: CellKey) -> int | None:
    """Rows of the part that the training sets of a cell come from; None where no split is stored.

    A stored split marks its rows in a mask over that part, rounded up to whole bytes: the answer is at most seven rows too small.
    """
    record = block.example(cell)
    if record is None or record.split is None:
        return None
    try:
        return _mask_length(block.store.take("splits", record.split)["train"])
    except (UserError, KeyError, ValueError, zlib.error):
        return None


def _mask_length(part: dict[str, Any]) -> int | None:
    size = 8 * len(zlib.decompress(base64.b85decode(part["rows"]))) - 7
    return size if size > 0 else None
