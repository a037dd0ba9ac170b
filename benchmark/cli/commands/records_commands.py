"""show and export: what finished runs left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import Results
from benchmark.errors import UserError

DEFAULT_RESULTS = Path("results/runs")


class Format(StrEnum):
    """The formats of the tidy frame."""

    csv = "csv"
    json = "json"
    parquet = "parquet"


def show(key: Annotated[str, typer.Argument(metavar="KEY", help="A run's key, or its first digits.")], results: Results = None) -> None:
    """Show one record in readable form. A unique prefix of its key is enough."""
    from benchmark.cli.output.record_text import heading, record_text
    from benchmark.records.store import RecordStore

    record = RecordStore(_folder(results)).read(key)
    typer.echo(f"{heading(record)}\n\n{record_text(record.model_dump(mode='json'))}")


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

    folder = _folder(results)
    scores = StoredScores(RecordStore(folder))
    content, problems = frame.export(folder, format.value, examine=scores)
    if out is not None:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    report_problems((*problems, *scores.problems))


def report_problems(problems: Iterable[tuple[str, str]]) -> None:
    """Name on standard error the files that cannot be read or believed, and end with 1 if there are any."""
    lines = [f"left out: {file}: {reason}; the same run command writes it again" for file, reason in problems]
    if lines:
        typer.echo("\n".join(lines), err=True)
        raise typer.Exit(exit_codes.SOME_FAILED)


def _folder(results: Path | None) -> Path:
    folder = results or DEFAULT_RESULTS
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    return folder
