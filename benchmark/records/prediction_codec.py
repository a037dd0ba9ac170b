"""The codec of predictions: class ids in few bytes, blocks of base-K digits, compressed, as text that needs no escaping in JSON.

For K = 2 a block is a bit field; for other K it wastes less than a whole number of bits per id would.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

from benchmark.errors import UserError

BLOCK = 64  # ids of one block: long enough that rounding up to whole bytes costs little, short enough for fast big integers


def pack(ids: Sequence[int], classes: int) -> str:
    """Class ids, each at least 0 and below `classes`, as base85 text. Raises ValueError for an id outside."""
    if any(not 0 <= i < classes for i in ids):
        raise ValueError(f"a class id lies outside 0..{classes - 1}")
    packed = bytearray()
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        number = 0
        for i in reversed(block):
            number = number * classes + int(i)
        packed += number.to_bytes(_width(len(block), classes), "big")
    return base64.b85encode(zlib.compress(bytes(packed), 9)).decode("ascii")


def unpack(packed: str, n: int, classes: int) -> list[int]:
    """The `n` class ids behind `pack`'s text. UserError where the text does not hold them; no more than they need is decompressed."""
    size = n // BLOCK * _width(BLOCK, classes) + (_width(n % BLOCK, classes) if n % BLOCK else 0)
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(base64.b85decode(packed), size + 1)
    except (ValueError, zlib.error) as error:
        raise UserError(f"Packed predictions cannot be read: {error}.", "", "The record was changed; run it again with --rerun.") from error
    if not stream.eof and len(raw) <= size:
        raise UserError("Packed predictions cannot be read: the text ends early.", "", "The record was changed; run it again with --rerun.")
    if len(raw) != size:
        raise UserError("Packed predictions do not fit their example count.", "", "The record was changed; run it again with --rerun.")
    ids: list[int] = []
    at = 0
    while len(ids) < n:
        length = min(BLOCK, n - len(ids))
        width = _width(length, classes)
        number = int.from_bytes(raw[at : at + width], "big")
        at += width
        for _ in range(length):
            number, digit = divmod(number, classes)
            ids.append(digit)
        if number:
            raise UserError("Packed predictions do not fit their class count.", "", "The record was changed; run it again with --rerun.")
    return ids


def _width(length: int, classes: int) -> int:
    """Bytes of a block of `length` ids."""
    return max(1, (int(classes**length - 1).bit_length() + 7) // 8)
