"""A user's own file: CSV, JSONL or parquet with the columns text (or text_a and text_b), label and split."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from benchmark.config.task import ROLES, Role
from benchmark.data.sources.columns import Columns
from benchmark.errors import UserError

FORM = "Allowed: CSV, JSONL or parquet with the columns text (or text_a and text_b), label and split (train, validation, test)."


def read_file(path: Path) -> dict[Role, Columns]:
    """The parts of a file; validation may be missing. UserError for everything that `FORM` does not allow."""
    rows = _rows(path)
    texts = _text_columns(rows, path)
    unknown = Counter(str(row["split"]) for row in rows if row["split"] not in ROLES)
    if unknown:
        raise UserError(f"{path} has rows of split {', '.join(repr(name) for name in unknown)}.", FORM, "Rename these splits.")
    parts = {role: [row for row in rows if row["split"] == role] for role in ROLES}
    empty = [role for role in ("train", "test") if not parts[role]]
    if empty:
        raise UserError(f"{path} has no row of split {' or '.join(empty)}.", FORM, "Add the missing split.")
    return {role: _columns(part, texts, f"{path.name} ({role})") for role, part in parts.items() if part}


def _columns(rows: list[dict[str, Any]], texts: tuple[str, ...], where: str) -> Columns:
    columns = [[row[name] for row in rows] for name in texts]
    return Columns(where, columns[0], columns[1] if len(columns) == 2 else None, [_label(row["label"]) for row in rows])


def _label(value: Any) -> Any:
    """A CSV writes integers as text; `0` and `-1` are meant as numbers."""
    return int(value) if isinstance(value, str) and value.strip().lstrip("-").isdigit() else value


def _text_columns(rows: list[dict[str, Any]], path: Path) -> tuple[str, ...]:
    if not rows:
        raise UserError(f"{path} holds no rows.", FORM, "Fill it.")
    for texts in (("text",), ("text_a", "text_b")):
        if all(name in row for row in rows for name in (*texts, "label", "split")):
            return texts
    raise UserError(f"{path} has the columns {', '.join(map(str, rows[0]))}.", FORM, "Rename the columns; every row needs them all.")


def _rows(path: Path) -> list[dict[str, Any]]:
    readers = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
    if path.suffix not in readers:
        raise UserError(f"{path} is neither .csv, .jsonl nor .parquet.", FORM, "Convert or rename it.")
    if not path.is_file():
        raise UserError(f"There is no file {path}.", FORM, "Correct the path after --task-file NAME=.")
    try:
        return readers[path.suffix](path)
    except (OSError, ValueError, csv.Error) as error:  # Arrow's and JSON's errors are ValueErrors
        raise UserError(f"{path} cannot be read: {error}.", FORM, "Correct the file.") from error


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, strict=True))
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise ValueError(f"row {number} has more or fewer cells than the header")
    return rows


def _jsonl(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("every line must be an object")
    return rows


def _parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
    return rows
