"""show: one record in readable form."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.cli.options import Results
from benchmark.cli.results_folder import results_folder


def show(key: Annotated[str, typer.Argument(metavar="KEY", help="A run's key, or its first digits.")], results: Results = None) -> None:
    """Show one record in readable form. A unique prefix of its key is enough."""
    from benchmark.cli.output.record_text import heading, record_text
    from benchmark.records.store import RecordStore

    record = RecordStore(results_folder(results)).read(key)
    typer.echo(f"{heading(record)}\n\n{record_text(record.model_dump(mode='json'))}")
