"""doctor: versions, devices, precision, data, encoders and cache of this machine. Works without data and without a network."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Report versions, devices, precision support, and whether data and encoders are at hand."""
    from benchmark.cli import health

    for heading, facts in health.report():
        typer.echo(heading)
        for fact in facts:
            typer.echo(f"  {fact}")
