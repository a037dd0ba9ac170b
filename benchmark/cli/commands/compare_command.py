"""compare: two results folders, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.commands.report_command import Formats


def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR_A", help="A results folder.")],
    second: Annotated[Path, typer.Argument(metavar="DIR_B", help="Another.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the table there too, as compare.*.")] = None,
    format: Formats = None,
) -> None:
    """Compare two results folders: cells that changed, paired where they can be."""
    from reports.compare import compare_folders
    from reports.output_files import parse_formats, rendered, write_tables

    formats = parse_formats(format)
    table = compare_folders(first, second)
    typer.echo(rendered("md", [table]))
    if out is not None:
        write_tables(out, "compare", [table], formats)
