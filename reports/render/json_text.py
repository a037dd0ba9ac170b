"""A table as JSON: everything that the model holds, numbers at full precision."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from reports.tables.table import Table, TableCell

HOW = ("scale", "digits", "signed", "blank", "counted")  # how a cell is shown: `shown` tells it


def full(table: Table) -> str:
    """The table as JSON text."""
    return json.dumps(plain(table), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(table: Table) -> dict[str, Any]:
    """The table as plain data; a number that is not finite becomes null."""
    return {
        "name": table.name,
        "caption": table.caption,
        "header": list(table.header),
        "columns": [{"name": column.name, "title": column.title} for column in table.columns],
        "rows": [{"name": row.called, "cells": [_cell(cell) for cell in row.cells]} for row in table.rows],
        "footnotes": list(table.legend),
        "data": finite(table.data),
    }


def _cell(cell: TableCell) -> dict[str, Any]:
    kept = {field.name: getattr(cell, field.name) for field in dataclasses.fields(cell) if field.name not in HOW}
    return {"shown": cell.shown, **{name: value for name, value in finite(kept).items() if value not in (None, "", [])}}


def finite(value: Any) -> Any:
    """Plain data without NaN, tuples or numpy's own numbers."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if hasattr(value, "item") and callable(value.item):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
