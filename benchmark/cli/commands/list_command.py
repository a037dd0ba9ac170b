"""list: what exists, one line each, without importing what is listed."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.cli.listing import ListedKind, lines, listing
from benchmark.cli.options import Json, Plugins, Results


def list_kind(
    kind: Annotated[ListedKind, typer.Argument(help="What to list.")], plugin: Plugins = None, results: Results = None, json: Json = False
) -> None:
    """List methods, tasks, suites, profiles, encoders, noise or published tables: name, what it is, where it is defined."""
    rows = listing(kind, plugin or (), results)
    if json:
        from benchmark.cli.json_documents import ListDocument, as_json

        typer.echo(as_json(ListDocument.of(kind.value, rows)))
    else:
        typer.echo(lines(rows) if rows else f"No {kind.value} are installed.")
