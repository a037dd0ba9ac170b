"""prepare: fetch and verify what an offline run needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from benchmark.cli.options import with_run_options

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest


@with_run_options
def prepare(request: RunRequest) -> None:
    """Fetch and verify everything that a later offline run needs."""
    from benchmark.running.prefetch import prefetch

    for line in prefetch(request):
        typer.echo(line)
