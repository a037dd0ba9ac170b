"""The results folder that a command reads, and what it says of files in it that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from benchmark.cli import exit_codes
from benchmark.errors import UserError

DEFAULT_RESULTS = Path("results/runs")


def results_folder(results: Path | None) -> Path:
    """The folder given, or the default one. UserError where there is none."""
    folder = results or DEFAULT_RESULTS
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    return folder


def report_problems(problems: Iterable[tuple[str, str]]) -> None:
    """Name on standard error the files that cannot be read or believed, and end with 1 if there are any."""
    lines = [f"left out: {file}: {reason}; the same run command writes it again" for file, reason in problems]
    if lines:
        typer.echo("\n".join(lines), err=True)
        raise typer.Exit(exit_codes.SOME_FAILED)
