"""How a cell is written in a table file: `85.9 +- 2.1`, `99.81`, `97.96?`, `+1 to +2`, `unknown`, `-` (nothing printed), or words."""

from __future__ import annotations

import re
from typing import Any

NUMBER = r"[+-]?\d+(?:\.\d+)?"
SCORE = re.compile(rf"(?P<value>{NUMBER})(?: \+- (?P<spread>\d+(?:\.\d+)?))?(?P<doubt>\?)?")
RANGE = re.compile(rf"(?P<low>{NUMBER}) to (?P<high>{NUMBER})")


def read_cell(text: str, numeric: bool = True) -> dict[str, Any]:
    """The fields of a cell that follow from its text. With `numeric=False` (tables of settings) numbers are words too."""
    if text in ("unknown", "-"):
        return {"text": text, "state": "unknown" if text == "unknown" else "absent"}
    if not numeric:
        return {"text": text, "state": "text"}
    if found := SCORE.fullmatch(text):
        return {"text": text, "state": "number", "value": float(found["value"]), **_spread(found["spread"]), **_doubt(found["doubt"])}
    if found := RANGE.fullmatch(text):
        return {"text": text, "state": "range", "value": float(found["low"]), "upper": float(found["high"])}
    return {"text": text, "state": "text"}


def _spread(written: str | None) -> dict[str, Any]:
    return {} if written is None else {"spread": float(written)}


def _doubt(mark: str | None) -> dict[str, Any]:
    return {"confidence": "doubtful"} if mark else {}
