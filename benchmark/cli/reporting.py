"""report and compare: from records to tables, figures and pages. Neither trains, nor imports anything that could."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Results

DEFAULT_RESULTS = Path("results/runs")


def report(
    results: Results = None,
    suite: Annotated[str | None, typer.Option("--suite", metavar="NAME", help="Only this suite. Default: all with records.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write. Default: report in the results folder.")] = None,
    format: Annotated[
        str | None, typer.Option("--format", metavar="md,latex,...", help="md, latex, html, csv, json. Default: all.")
    ] = None,
) -> None:
    """Write tables, figures and a page from what finished runs left behind. Trains nothing."""
    from reports.report import report as make

    made = make(results or DEFAULT_RESULTS, suite=suite, out=out, formats=format)
    for file, reason in made.problems:
        typer.echo(f"left out: {file}: {reason}; the same run command writes it anew", err=True)
    for path in made.files:
        typer.echo(path)
