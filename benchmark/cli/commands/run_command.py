"""run, plan and prepare: from the options to the engine and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import RunOptions, with_run_options
from benchmark.cli.output.adaptive_summary import decided
from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest
    from benchmark.planning.plan import Plan
    from benchmark.running.driver import Summary


@with_run_options
def run(options: RunOptions) -> None:
    """Train and score what is not there yet; leave one record per run."""
    request = options.request()  # first: a mistake is told before anything heavy is imported
    plan, summary = _watched(request)
    typer.echo("\n".join([_results(plan, request), *decided(plan.manifest.design)]))
    _close(summary)


def _watched(request: RunRequest) -> tuple[Plan, Summary]:
    """The request, carried out under a progress display; a signal ends the command with its own code."""
    from benchmark.cli.output.progress import observer
    from benchmark.running.driver import Interrupted, Observer, run_request

    def told(plan: Plan) -> Observer:
        typer.echo("\n".join(line for line in (plan.title, plan.stage) if line))
        return observer(sys.stderr)

    try:
        return run_request(request, told)
    except Interrupted as stop:
        typer.echo(f"Stopped by {stop}. What had finished is kept; the same command goes on from there.", err=True)
        raise typer.Exit(exit_codes.SIGNALLED + stop.number) from None


def _results(plan: Plan, request: RunRequest) -> str:
    """The summary table of the plan's runs, in the order of the plan."""
    from benchmark.cli.output.run_summary import summary_table
    from benchmark.records.frame import read_folder  # not the frame: pandas would take a quarter of a second

    ours, rows = plan.manifest, read_folder(request.results).rows
    whose = (ours.suite, ours.profile, ours.protocol)
    mine = {row["key"]: row for row in rows if (row["suite"], row["profile"], row["protocol"]) == whose}
    return summary_table([mine[run.key] for run in plan.runs if run.key in mine])


def _close(summary: Summary) -> None:
    meanwhile = f", {summary.elsewhere} made meanwhile by another command" if summary.elsewhere else ""
    there = f"{summary.cached} of them were there already{meanwhile}"
    typer.echo(f"{summary.done} done ({there}), {summary.failed} failed; {summary.seconds:.0f} s")
    for label, error in summary.failures[:10]:
        typer.echo(f"failed: {label}: {one_line(error)}", err=True)
    if summary.failed:
        again = "The same command runs the failed ones again, those that killed their process with --rerun only"
        typer.echo(f"{again}; show KEY prints a record and its error.", err=True)
        raise typer.Exit(exit_codes.SOME_FAILED)


Freeze = Annotated[Path | None, typer.Option("--freeze", metavar="FILE", help="Register the study: every key, its analysis, the commit.")]


@with_run_options
def plan(options: RunOptions, freeze: Freeze = None) -> None:
    """Show what would run, what is already there, and how long and how many bytes it will take. Trains nothing."""
    request = options.request()
    if freeze is not None:
        _freeze(request, freeze)
        return
    from benchmark.cli.output.plan_text import plan_text, study_text
    from benchmark.running.driver import preview, preview_study

    plans = preview_study(request)
    typer.echo(study_text(plans) if plans else plan_text(preview(request)))


def _freeze(request: RunRequest, file: Path) -> None:
    from benchmark.running.freeze import freeze

    for runs in (registration := freeze(request, file)).runs:
        what = "alternatives of the search" if runs.choice else "runs"
        typer.echo(f"stage {runs.stage or '-'} ({runs.profile}): {runs.runs} {what}, digest {runs.digest[:12]}")
    typer.echo(f"Registered at commit {registration.code.commit[:12]}: {file}")


@with_run_options
def prepare(options: RunOptions) -> None:
    """Fetch and verify everything that a later offline run needs."""
    request = options.request()
    from benchmark.running.prefetch import prefetch as prepare_all

    for line in prepare_all(request):
        typer.echo(line)
