"""run, plan and prepare: from the options to the engine and back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from benchmark.cli import exits
from benchmark.cli.options import RunOptions, with_run_options

if TYPE_CHECKING:
    from benchmark.execution.runner import Summary


@with_run_options
def run(options: RunOptions) -> None:
    """Train and score what is not there yet; leave one record per run."""
    request = options.request()
    from benchmark.cli.progress import observer
    from benchmark.cli.summary import summary_table
    from benchmark.execution.planning import make_plan
    from benchmark.execution.runner import run_plan

    plan = make_plan(request)
    typer.echo(plan.title)
    summary = run_plan(plan, request, observer(sys.stderr))
    typer.echo(summary_table(summary.rows))
    _close(summary)


def _close(summary: Summary) -> None:
    typer.echo(f"{summary.done} done, {summary.failed} failed, {summary.cached} were there already; {summary.seconds:.0f} s.")
    if summary.failed:
        typer.echo("The error of a failed run: python -m benchmark show KEY. The same command runs only the failed ones again.")
        raise typer.Exit(exits.SOME_FAILED)


@with_run_options
def plan(options: RunOptions) -> None:
    """Show what would run, what is already there, and how long and how many bytes it will take. Trains nothing."""
    request = options.request()  # first: a mistake is told before anything heavy is imported
    from benchmark.cli.planned import plan_text
    from benchmark.execution.planning import make_plan

    typer.echo(plan_text(make_plan(request)))


@with_run_options
def prepare(options: RunOptions) -> None:
    """Fetch and verify everything that a later offline run needs."""
    request = options.request()
    from benchmark.execution.preparing import prepare as prepare_all

    for line in prepare_all(request):
        typer.echo(line)
