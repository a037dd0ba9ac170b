"""Values as a record keeps them: plain JSON, whatever a method put into its log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def jsonable(value: Any) -> Any:
    """`value` as JSON types: arrays and their scalars as Python numbers, tuples and sets as lists, other objects as text. A number that
    is infinite or not a number becomes None, for which JSON has a word; a whole number beyond 64 bits, which no reader of a record takes,
    becomes text."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value) if value.bit_length() < 10_000 else hex(value)  # Python refuses to write very long decimal numbers
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): jsonable(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [jsonable(item) for item in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if hasattr(value, "tolist"):  # an array or one of its scalars
        return jsonable(value.tolist())
    return str(value)
