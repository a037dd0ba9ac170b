"""The commands and their names. Each command's work, and every heavy import, is in its own module and inside its function."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.commands import (
    admit_command,
    archive_command,
    audit_command,
    check_command,
    compare_command,
    doctor_command,
    export_command,
    list_command,
    plan_command,
    prepare_command,
    publish_command,
    report_command,
    run_command,
    schema_command,
    show_command,
    verify_command,
)
from benchmark.cli.options import complete_run_options

app = typer.Typer(
    help="Contrastive, adversarial and denoising text classifiers and the baselines they must beat, run by one engine.",
    epilog="Exit codes: 0 all done, 1 some run or check failed, 2 wrong usage, 3 internal error, 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: importing rich would take half of the time that --help may take
    pretty_exceptions_enable=False,
)
app.command("run")(run_command.run)
app.command("plan")(plan_command.plan)
app.command("list")(list_command.list_kind)
app.command("show")(show_command.show)
app.command("check")(check_command.check)
app.command("export")(export_command.export)
app.command("verify")(verify_command.verify)
app.command("report")(report_command.report)
app.command("compare")(compare_command.compare)
app.command("admit")(admit_command.admit)
app.command("archive")(archive_command.archive)
app.command("restore")(archive_command.restore)
app.command("audit")(audit_command.audit)
app.command("publish")(publish_command.publish)
app.command("schema")(schema_command.schema)
app.command("prepare")(prepare_command.prepare)
app.command("doctor")(doctor_command.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from benchmark.version import VERSION

        typer.echo(VERSION)
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks. Stands anywhere on the line.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)] = False,
) -> None:
    """Options of every command; what they do, `main` and `_version` do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (see `exit_codes`)."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not {"run", "plan", "prepare", "compare"}.isdisjoint(given):
        complete_run_options()
    verbose = [word for word in given if word == "--verbose"][:1]  # belongs to the program, but people write it where they are
    try:
        app(args=[*verbose, *(word for word in given if word != "--verbose")], prog_name="python -m benchmark")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else exit_codes.OK
    except (Exception, KeyboardInterrupt) as error:
        return exit_codes.exit_code(error, verbose=bool(verbose))
    return exit_codes.OK
