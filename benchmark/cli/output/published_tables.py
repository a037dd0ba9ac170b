"""`list tables`: every published table known, and which of its cells can be filled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.results_folder import DEFAULT_RESULTS
from benchmark.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def tables(results: Path | None) -> list[tuple[str, str, str]]:
    """Key, summary and file of each table; with counts of what the results fill where a folder is given or the default one is there."""
    from reports.published.catalogue import HOME, load_tables
    from reports.published.coverage import summary

    frame = _frame(results)
    return [(key, summary(table, _of_suite(frame, table.fill.suite)), f"{HOME / key}.toml:1") for key, table in load_tables().items()]


def _of_suite(frame: pd.DataFrame | None, suite: str | None) -> pd.DataFrame | None:
    """The results of the suite that a table names: `report` fills it from no other."""
    return None if frame is None else frame[frame["suite"] == suite]


def _frame(results: Path | None) -> pd.DataFrame | None:
    """The results that were asked for (an error where there are none), or the default ones, if any."""
    if results is None and not DEFAULT_RESULTS.is_dir():
        return None
    from benchmark.records.frame import load_results

    try:
        return load_results(results or DEFAULT_RESULTS)
    except UserError:
        if results is None:
            return None
        raise
