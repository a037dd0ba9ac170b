"""The catalogue of published tables, read from files: `published/<paper>/<name>.toml` is the table `<paper>/<name>`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmark.errors import UserError, unknown
from reports.published.cell_notation import read_cell
from reports.published.published_table import PublishedCell, PublishedColumn, PublishedRow, PublishedTable
from reports.published.table_file import ColumnFile, RowFile, TableFile

HOME = Path(__file__).parent
FACTS = "facts"  # facts.toml in a paper's folder holds what the audit needs beside the tables
OWN = ("encoder", "test_size")  # facts of a row that do not hold for a column of cited results


def load_tables() -> dict[str, PublishedTable]:
    """Every published table by key, in the order of the keys."""
    return {key: load_table(key) for key in table_names()}


def claiming_paper(arm: str, tables: Mapping[str, PublishedTable]) -> str:
    """The paper whose published tables have a cell of this arm: the one of its own name if there is one, else the first; the arm's name
    where no table has it."""
    found = {table.paper for table in tables.values() for cell in table.cells if cell.arm == arm}
    return arm if arm in found or not found else min(found)


def table_names() -> tuple[str, ...]:
    """The keys of all published tables, sorted."""
    found = (path for path in HOME.glob("*/*.toml") if path.stem != FACTS)
    return tuple(sorted(path.relative_to(HOME).with_suffix("").as_posix() for path in found))


def load_table(key: str) -> PublishedTable:
    """One published table. UserError for an unknown key or a mistake in its file."""
    if key not in table_names():
        raise unknown("published table", key, table_names(), "See `python -m benchmark list tables`.")
    return read_table(HOME / f"{key}.toml", key)


@cache
def read_table(path: Path, key: str) -> PublishedTable:
    """The table in a file. UserError, with the path, where it is not one."""
    try:
        return build_table(key, TableFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        keys = ", ".join(TableFile.model_fields)
        raise UserError(f"{path} is not a published table: {error}.", f"Its keys are {keys}.", "Correct the file.") from error


def build_table(key: str, file: TableFile) -> PublishedTable:
    """The table that a file's content describes, under the key that its place gives it."""
    told = file.model_dump(exclude={"all", "columns", "rows"})
    return PublishedTable(
        key=key,
        rows=tuple(PublishedRow(id=row.id, labels=row.labels, arm=row.arm) for row in file.rows),
        columns=tuple(PublishedColumn(id=_id(column), label=column.label) for column in file.columns),
        cells=tuple(_cell(file, row, at) for row in file.rows for at in range(len(file.columns))),
        **told,
    )


def _id(column: ColumnFile) -> str:
    return column.id or column.label


def _cell(file: TableFile, row: RowFile, at: int) -> PublishedCell:
    column = file.columns[at]
    read = read_cell(row.cells[at], numeric=file.kind != "parameters")
    nearer = {**row.told(), **dict.fromkeys(OWN), **column.told()} if column.cited else {**column.told(), **row.told()}
    facts: dict[str, Any] = {**file.all.told(), **nearer, **read}
    if row.metrics:
        facts["metric"] = row.metrics[at]
    if "spread" not in read:
        facts.pop("spread_kind", None)
    if read["state"] == "absent":
        facts.pop("arm", None)
    p = _p(row, at, facts)
    facts.pop("p_against", None)
    return PublishedCell(row=row.id, column=_id(column), **facts, **p)


def _p(row: RowFile, at: int, facts: dict[str, Any]) -> dict[str, Any]:
    """A p-value where one is printed, and the row that it is against."""
    return {"p": float(row.p[at]), "p_against": facts.get("p_against")} if row.p and row.p[at] != "-" else {}
