"""`report`: a results folder in, a folder of tables, figures and pages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.results import Block, read_results
from reports.tables.means import cost_table, means_table, troubles_table
from reports.tables.model import Table
from reports.writing import parse_formats, write_tables


@dataclass(frozen=True)
class Report:
    """What was written, and the main table for the screen."""

    files: list[Path]
    tables: list[Table]
    problems: tuple[tuple[str, str], ...]


def report(results: Path, *, suite: str | None = None, out: Path | None = None, formats: str | None = None) -> Report:
    """Write everything that the results can fill into `out` (default: `report` inside the results folder)."""
    kinds = parse_formats(formats)
    found = read_results(results)
    tables = [table for block in found.of(suite) for table in block_tables(block)]
    files = write_tables(out or results / "report", "means", tables, kinds)
    return Report(files, tables, found.problems)


def block_tables(block: Block) -> Sequence[Table]:
    """Means, cost, and what went wrong."""
    return [table for table in (means_table(block), cost_table(block), troubles_table(block)) if table is not None]
