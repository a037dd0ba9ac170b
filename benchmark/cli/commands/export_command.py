"""export: the results frame of what finished runs left behind, or the same results in the schema of a shared collection."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Results
from benchmark.cli.results_folder import report_problems, results_folder
from benchmark.errors import UserError


class Format(StrEnum):
    """The formats of the tidy frame, and the shared collection's."""

    csv = "csv"
    json = "json"
    parquet = "parquet"
    every_eval_ever = "every-eval-ever"


def export(
    results: Results = None,
    format: Annotated[Format, typer.Option("--format", help="csv, json, parquet or every-eval-ever.")] = Format.csv,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of to standard output; a folder for every-eval-ever.")
    ] = None,
) -> None:
    """Write the results frame: one row per suite, profile, protocol and run. Scores are held against the stored predictions first; ends
    with 1 if anything had to be left out. `every-eval-ever` writes one JSON file per arm in the schema of that collection, with means over
    runs and their standard errors."""
    if format is Format.every_eval_ever:
        _write_evaluations(results_folder(results), out)
        return
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


def _write_evaluations(results: Path, out: Path | None) -> None:
    if out is None:
        raise UserError("every-eval-ever is one file per arm.", "A folder to write them into.", "Give --out DIR.")
    from reports.output_files import write
    from reports.release.every_eval_ever import evaluation_files
    from reports.release.release_time import release_time
    from reports.results.blocks import read_results

    found = read_results(results)
    files = evaluation_files(found, timestamp=str(int(release_time().timestamp())))
    for file in files:
        write(out / file.path, file.text.encode())
    typer.echo(f"{out}: {len(files)} files")
    report_problems(found.problems)
