"""show and export: what finished runs left behind."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

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
    """Write the tidy frame: one row per suite, profile, protocol and run."""
    from benchmark.records import frame

    folder = _folder(results)
    content = frame.export(folder, format.value)
    _tell_problems(folder)
    if out is not None:
        out.write_bytes(content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _tell_problems(folder: Path) -> None:
    """Name the files that cannot be read; their runs stand as missing in what is exported."""
    from benchmark.records.store import RecordStore, UnreadableFile

    store = RecordStore(folder)
    for item in [*store, *store.manifests()]:
        if isinstance(item, UnreadableFile):
            typer.echo(f"left out: {item.file}: {item.reason}; the same run command writes it anew", err=True)


def _folder(results: Path | None) -> Path:
    folder = results or DEFAULT_RESULTS
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    return folder
