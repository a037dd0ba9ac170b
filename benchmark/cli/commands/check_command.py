"""check: the conformance suite on one method."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import Json, Plugins

Name = Annotated[str, typer.Argument(metavar="METHOD", help="A registered method (list methods).")]


def check(method: Name, plugin: Plugins = None, json: Json = False) -> None:
    """Check that a method keeps the contract: deterministic, no test data, declared streams, terms that train something."""
    from benchmark.checks.conformance import check as hold_to_contract
    from benchmark.plugins.extensions import printing_to_stderr

    with printing_to_stderr():  # what the method prints is no part of the result, which may be JSON
        results = hold_to_contract(method, plugin or [])
    failed = sum(not result.passed for result in results)
    if json:
        from benchmark.cli.json_documents import CheckDocument, as_json

        typer.echo(as_json(CheckDocument.of(method, results)))
    else:
        for result in results:
            typer.echo(f"{'passed' if result.passed else 'FAILED'}  {result.name}{f': {result.detail}' if result.detail else ''}")
        typer.echo(f"{method}: {len(results) - failed} of {len(results)} checks passed.")
    if failed:
        raise typer.Exit(exit_codes.SOME_FAILED)
