"""doctor: versions, devices, precision, data, encoders and cache of this machine. Works without data and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataRoot = Annotated[
    Path | None, typer.Option("--data-root", metavar="DIR", envvar="BENCHMARK_DATA_ROOT", help="A local mirror of the datasets.")
]
Cache = Annotated[Path | None, typer.Option("--cache", metavar="DIR", help="The phase cache. Default: the user's cache folder.")]


def doctor(data_root: DataRoot = None, cache: Cache = None) -> None:
    """Report versions, devices, precision support, and whether data and encoders are available."""
    from benchmark.cli.output import machine_report

    for heading, facts in machine_report.report(data_root, cache):
        typer.echo(heading)
        for fact in facts:
            typer.echo(f"  {fact}")
