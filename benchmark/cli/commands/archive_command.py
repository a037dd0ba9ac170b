"""archive and restore: a results folder as a few files that git keeps, and back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import Results
from benchmark.cli.results_folder import DEFAULT_RESULTS
from benchmark.errors import UserError

Archive = Annotated[Path, typer.Option("--out", metavar="DIR", help="The archive; what is new goes into a further file of it.")]
SideFiles = Annotated[bool, typer.Option("--side-files", help="Probabilities and representations too, where they were kept.")]


def archive(out: Archive, results: Results = None, side_files: SideFiles = False) -> None:
    """Pack records, manifests, splits, test sets and environments into compressed files. `report`, `export`, `show`, `compare` and `verify`
    read an archive like a results folder."""
    folder = results or DEFAULT_RESULTS
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    from benchmark.cli.output.plan_text import human
    from benchmark.records.archive.archive import add_to_archive

    added = add_to_archive(folder, out, side_files=side_files)
    typer.echo("Nothing is new." if added.batch is None else f"{out / added.batch}: {added.files} files, {human(added.size)}")
    _close(added.left_out)


def restore(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The results folder to write into.")],
) -> None:
    """Write the files of an archive into a results folder, byte for byte as they were."""
    from benchmark.records.archive.restored import restore as write_files

    files, damaged = write_files(archive, out)
    typer.echo(f"{out}: {files} files written")
    _close(damaged)


def _close(left_out: Iterable[tuple[str, str]]) -> None:
    names = list(left_out)
    for file, reason in names:
        typer.echo(f"left out: {file}: {reason}", err=True)
    if names:
        raise typer.Exit(exit_codes.SOME_FAILED)
