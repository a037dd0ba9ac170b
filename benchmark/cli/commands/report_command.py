"""report: from records to tables, figures and pages. It neither trains, nor imports anything that could."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Plugins, Results
from benchmark.cli.results_folder import DEFAULT_RESULTS, report_problems

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write. Default: report in the results folder.")]
Formats = Annotated[str | None, typer.Option("--format", metavar="md,latex,...", help="md, latex, html, csv, json. Default: all.")]
Against = Annotated[str | None, typer.Option("--against", metavar="ARM", help="The baseline. Default: the suite's own (ce).")]
Family = Annotated[str, typer.Option("--family", metavar="suite|task", help="What Holm's correction spans.")]


def report(
    results: Results = None,
    suite: Annotated[str | None, typer.Option("--suite", metavar="NAME", help="Only this suite. Default: all with records.")] = None,
    out: Out = None,
    table: Annotated[str | None, typer.Option("--table", metavar="PAPER/TABLE", help="Only this table of a paper.")] = None,
    format: Formats = None,
    against: Against = None,
    family: Family = "suite",
    registration: Annotated[
        Path | None, typer.Option("--registration", metavar="FILE", help="Compare with what `plan --freeze` registered.")
    ] = None,
    readme: Annotated[
        Path | None, typer.Option("--readme", metavar="FILE", help="Write the answers of a study into this document, between its marks.")
    ] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures too.")] = True,
    plugin: Plugins = None,
) -> None:
    """Write tables, figures and a page from what finished runs left behind. Trains nothing."""
    from benchmark.plugins.plugin_loading import load_plugin

    for given in plugin or []:
        load_plugin(given)
    from reports.registered import abridged
    from reports.report import Options
    from reports.report import report as make

    made = make(Options(results or DEFAULT_RESULTS, suite, out, table, format, against, family, figures, registration, readme))
    typer.echo(made.text)
    if made.registration:
        typer.echo("\n" + "\n".join(abridged(made.registration)))
    written = len(made.files)
    listed = ", ".join(str(path) for path in made.files if path.parent.name not in ("tables", "figures"))
    typer.echo(f"\n{written} file{'s' * (written != 1)}; {listed}")
    report_problems(made.problems)
