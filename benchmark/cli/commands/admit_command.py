"""admit: check contributed results, without running their code unless a maintainer says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.errors import UserError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A contribution (METHOD/DATE), or the folder of all of them.")]
Admitted = Annotated[Path | None, typer.Option("--admitted", metavar="DIR", help="The contributions before this one: none may change.")]
Against = Annotated[str, typer.Option("--against", metavar="reference|DIR", help="The reference that the runs stand beside.")]
CODE = "Run the plug-in's code too: conformance suite and a sample of the runs. Only for code that you have read."
RunCode = Annotated[bool, typer.Option("--run-code", help=CODE)]
Sample = Annotated[int, typer.Option("--sample", metavar="N", min=1, help="With --run-code: runs to make again.")]
DataRoot = Annotated[Path | None, typer.Option("--data-root", metavar="DIR", help="With --run-code: a local mirror of the datasets.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the tables there too, as admit.md and admit.json.")]


def admit(
    folder: Folder,
    admitted: Admitted = None,
    against: Against = "reference",
    run_code: RunCode = False,
    sample: Sample = 3,
    data_root: DataRoot = None,
    out: Out = None,
) -> None:
    """Check contributed results: files, keys, data, splits, code and scores against the reference. Ends with 1 if anything is refused."""
    from benchmark.cli.admitted_contributions import admission
    from reports.output_files import rendered, write_tables

    if not folder.is_dir():
        raise UserError(f"There is no folder {str(folder)!r}.", "A contribution, or results/contributed.", "Correct the path.")
    done = admission(folder.absolute(), None if admitted is None else admitted.absolute(), against)
    tables, refused = done.tables, done.refused
    if run_code and not refused:
        for line in done.run_again(data_root, sample):
            typer.echo(line)
        refused = not done.reruns_hold
        tables = done.tables  # with the states that they have now
    typer.echo(rendered("md", tables))
    if out is not None:
        write_tables(out, "admit", tables, ("md", "json"))
    if refused:
        raise typer.Exit(exit_codes.SOME_FAILED)
