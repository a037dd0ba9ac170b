"""plan: what a run command would do, or the registration of a study. Trains nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.options import Json, with_run_options
from benchmark.errors import UserError

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest


Freeze = Annotated[Path | None, typer.Option("--freeze", metavar="FILE", help="Register the study: every key, its analysis, the commit.")]


@with_run_options
def plan(request: RunRequest, freeze: Freeze = None, json: Json = False) -> None:
    """Show what would run, what is already computed, and how long and how many bytes it will take. Trains nothing."""
    if freeze is not None:
        if json:
            raise UserError("--freeze and --json were given.", "One of them: the registration is a JSON file itself.", "Leave one out.")
        _freeze(request, freeze)
        return
    from benchmark.cli.output.plan_text import plan_text, study_text
    from benchmark.running.driver import preview, preview_study

    plans = preview_study(request) or [preview(request)]
    if json:
        from benchmark.cli.json_documents import PlanDocument, PlanEntry, as_json

        typer.echo(as_json(PlanDocument(tuple(PlanEntry.of(one) for one in plans))))
    else:
        typer.echo(study_text(plans) if len(plans) > 1 else plan_text(plans[0]))


def _freeze(request: RunRequest, file: Path) -> None:
    from benchmark.running.freeze import freeze

    for runs in (registration := freeze(request, file)).runs:
        what = "alternatives of the search" if runs.choice else "runs up to the last look" if runs.looks else "runs"
        typer.echo(f"stage {runs.stage or '-'} ({runs.profile}): {runs.runs} {what}, digest {runs.digest[:12]}")
    typer.echo(f"Registered at commit {registration.code.commit[:12]}: {file}")
