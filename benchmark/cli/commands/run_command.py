"""run: train and score what is not computed yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import with_run_options
from benchmark.cli.output.adaptive_summary import decided
from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest
    from benchmark.planning.plan import Plan
    from benchmark.running.driver import Summary


@with_run_options
def run(request: RunRequest) -> None:
    """Train and score what is not computed yet; leave one record per run."""
    plan, summary = _watched(request)
    typer.echo("\n".join([_results(plan, request), *decided(plan.manifest.design)]))
    _close(summary)


def _watched(request: RunRequest) -> tuple[Plan, Summary]:
    """The request, carried out under a progress display; a signal ends the command with its own code."""
    from benchmark.running.executors.fork_server import prepare_workers

    prepare_workers(request.executor)  # before the imports of this process, so that both go on at the same time
    from benchmark.cli.output.progress import observer
    from benchmark.cli.output.study_progress import StudyProgress
    from benchmark.running.driver import Interrupted, Observer, preview_study, run_request

    whole: list[StudyProgress] = []

    def starting(plan: Plan) -> Observer:
        typer.echo("\n".join(line for line in (plan.title, plan.stage) if line))
        if plan.grid.stage and not request.rerun:  # with --rerun, what is computed says nothing of what is left
            whole.extend([] if whole else [StudyProgress(preview_study(request))])
            if line := whole[0].line(plan):
                typer.echo(line)
        return observer(sys.stderr)

    try:
        return run_request(request, starting)
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
    before = f"{summary.cached} of them were already computed{meanwhile}"
    typer.echo(f"{summary.done} done ({before}), {summary.failed} failed; {summary.seconds:.0f} s")
    for label, error in summary.failures[:10]:
        typer.echo(f"failed: {label}: {one_line(error)}", err=True)
    if summary.failed:
        again = "The same command runs the failed ones again, those that killed their process with --rerun only"
        typer.echo(f"{again}; show KEY prints a record and its error.", err=True)
        raise typer.Exit(exit_codes.SOME_FAILED)
