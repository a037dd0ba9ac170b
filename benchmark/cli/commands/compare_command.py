"""compare: two results folders, cell by cell; or one's own method, run only where a reference has results, beside that reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import with_options_of_a_run
from benchmark.errors import UserError
from benchmark.records.error_text import one_line

if TYPE_CHECKING:
    from benchmark.cli.own_against_reference import PlannedAgainst

First = Annotated[Path | None, typer.Argument(metavar="DIR_A", help="A results folder.")]
Second = Annotated[Path | None, typer.Argument(metavar="DIR_B", help="Another.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the tables there too. With --against: RESULTS/against.")]
RUN_ONLY_OWN = "Run only your own methods, where this archive has results, and pair them with it."
Given = Annotated[str | None, typer.Option("--against", metavar="reference|DIR", help=RUN_ONLY_OWN)]
AGAIN = "Runs of the reference's baseline to make again. Default: 4 in another environment."
Calibration = Annotated[int | None, typer.Option("--calibration", metavar="N", min=0, help=AGAIN)]
SHAPES = "md, latex, html, csv, json. Default: all; with --against md,json."
Formats = Annotated[str | None, typer.Option("--format", metavar="md,latex,...", help=SHAPES)]
CONTRIBUTE = "Write a contribution too: DIR/METHOD/DATE, for results/contributed."
Submit = Annotated[Path | None, typer.Option("--submit", metavar="DIR", help=CONTRIBUTE)]


@with_options_of_a_run
def compare(
    given: dict[str, Any],
    first: First = None,
    second: Second = None,
    against: Given = None,
    calibration: Calibration = None,
    submit: Submit = None,
    out: Out = None,
    format: Formats = None,
) -> None:
    """Compare two results folders: cells that changed, paired where they can be. Or, with --against, run your own methods in the cells,
    splits and seeds of a reference, and show their row beside its arms."""
    if against is not None:
        if first is not None:
            raise UserError(f"--against and the folder {str(first)!r} were given.", "Two folders, or --against.", "Leave one of them out.")
        from benchmark.cli.own_against_reference import plan_against

        _against(plan_against(given, against, calibration), submit, out, format)
        return
    _refuse_options_of_a_run([*given, *(name for name, value in (("calibration", calibration), ("submit", submit)) if value is not None)])
    if first is None or second is None:
        raise UserError(
            f"compare was given {'no folder' if first is None else 'one folder'}.",
            "Two results folders (compare DIR_A DIR_B), or --against reference --plugin FILE with the options of run.",
            "Give DIR_A and DIR_B, or --against.",
        )
    _folders(first, second, out, format)


def _refuse_options_of_a_run(names: list[str]) -> None:
    """UserError for options that two folders do not take."""
    if names:
        given = ", ".join(f"--{name.replace('_', '-')}" for name in names)
        raise UserError(
            f"compare was given {given} without --against.",
            "Two folders take --out and --format; the options of run, --calibration and --submit go with --against.",
            "Add --against reference, or leave them out.",
        )


def _folders(first: Path, second: Path, out: Path | None, format: str | None) -> None:
    from reports.compare import compare_folders
    from reports.output_files import parse_formats, rendered, write_tables

    formats = parse_formats(format)
    table = compare_folders(first, second)
    typer.echo(rendered("md", [table]))
    if out is not None:
        write_tables(out, "compare", [table], formats)


def _against(planned: PlannedAgainst, submit: Path | None, out: Path | None, format: str | None) -> None:
    from benchmark.cli.output.progress import observer
    from benchmark.cli.own_against_reference import begun_contribution, run_against
    from benchmark.running.driver import Interrupted
    from reports.output_files import parse_formats, rendered, write_tables

    formats = parse_formats(format or "md,json")
    typer.echo(planned.text)
    contribution = None if submit is None else begun_contribution(planned, submit)
    try:
        done = run_against(planned, observer)
    except Interrupted as stop:
        typer.echo(f"Stopped by {stop}. What had finished is kept; the same command goes on from there.", err=True)
        raise typer.Exit(exit_codes.SIGNALLED + stop.number) from None
    typer.echo(rendered("md", done.tables))
    name = "against-" + "-".join(planned.request.methods or ())
    for path in write_tables(out or planned.request.results / "against", name, done.tables, formats):
        typer.echo(f"written: {path}")
    if contribution is not None:
        typer.echo("\n".join(contribution.finish(planned.request.results)))
    for label, error in done.failures[:10]:
        typer.echo(f"failed: {label}: {one_line(error)}", err=True)
    if done.failures:
        raise typer.Exit(exit_codes.SOME_FAILED)
