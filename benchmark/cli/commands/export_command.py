"""export: the results frame of what finished runs left behind."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Results
from benchmark.cli.results_folder import report_problems, results_folder


class Format(StrEnum):
    """The formats of the tidy frame."""

    csv = "csv"
    json = "json"
    parquet = "parquet"


def export(
    results: Results = None,
    format: Annotated[Format, typer.Option("--format", help="csv, json or parquet.")] = Format.csv,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of to standard output.")] = None,
) -> None:
    """Write the results frame: one row per suite, profile, protocol and run. Scores are held against the stored predictions first; ends
    with 1 if anything had to be left out."""
    from benchmark.metrics.stored_scores import StoredScores
    from benchmark.records import frame
    from benchmark.records.store import RecordStore

    folder = results_folder(results)
    scores = StoredScores(RecordStore(folder))
    content, problems = frame.export(folder, format.value, examine=scores)
    if out is not None:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    report_problems((*problems, *scores.problems))
