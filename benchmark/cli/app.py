"""The commands and their names. Each command's work, and every heavy import, is in its own module and inside its function."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from benchmark.cli import auditing, checking, doctor, exits, listing, records, reporting, running, verifying

app = typer.Typer(
    help="Contrastive, adversarial and denoising text classifiers and the baselines they must beat, run by one engine.",
    epilog="Exit codes: 0 all done, 1 some run or check failed, 2 wrong usage, 3 internal error, 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: importing rich would take half of the time that --help may take
    pretty_exceptions_enable=False,
)
app.command("run")(running.run)
app.command("plan")(running.plan)
app.command("list")(listing.list_kind)
app.command("show")(records.show)
app.command("check")(checking.check)
app.command("export")(records.export)
app.command("verify")(verifying.verify)
app.command("report")(reporting.report)
app.command("compare")(reporting.compare)
app.command("audit")(auditing.audit)
app.command("prepare")(running.prepare)
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from benchmark import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks. Stands anywhere on the line.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)] = False,
) -> None:
    """Options of every command; what they do, `main` and `_version` do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (see `exits`)."""
    given = list(sys.argv[1:] if argv is None else argv)
    verbose = [word for word in given if word == "--verbose"][:1]  # belongs to the program, but people write it where they are
    try:
        app(args=[*verbose, *(word for word in given if word != "--verbose")], prog_name="python -m benchmark")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else exits.OK
    except (Exception, KeyboardInterrupt) as error:
        return exits.exit_code(error, verbose=bool(verbose))
    return exits.OK
